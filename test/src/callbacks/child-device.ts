/** What a child process is started with, so that it computes on the device of this one. */
export const childDevice: readonly string[] = process.execArgv.some((arg) => arg.includes('use-async-device'))
  ? [`--import=${new URL('../../support/use-async-device.js', import.meta.url).href}`]
  : [];
