/** Run by watchdog.test.ts: runs for ever at the third thing. */
import { startWatchdog } from './watchdog.ts';

const watchdog = startWatchdog('thing', 500);
watchdog.begin(1);
watchdog.begin(2);
if (process.argv[2] === 'hang') for (;;);
await watchdog.stop();
