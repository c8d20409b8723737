/** Event files: the bytes that TensorBoard's format asks for, read back by a decoder of the test's own. */
import fc from 'fast-check';
import t from 'tap';
import { EventWriter, type EventWriterOptions } from '../../../../src/io/tensorboard/event-writer.ts';
import {
  bytesOf,
  decodeEvents,
  decodePng,
  fieldsOf,
  numberOf,
  recordsIn,
  textOf,
  type DecodedEvent,
} from './decode.ts';

const RUNS = process.env['GRADTAPE_DEEP'] === '1' ? 5000 : 200;

/** What a writer gave to its sink, put together as a file system would. */
const written = async (
  log: (writer: EventWriter) => void | Promise<void>,
  options: Partial<EventWriterOptions> = {},
): Promise<{ bytes: Uint8Array; names: string[]; events: DecodedEvent[] }> => {
  const parts: Uint8Array[] = [];
  const names: string[] = [];
  const sink = (name: string, bytes: Uint8Array): void => {
    names.push(name);
    parts.push(bytes);
  };
  const writer = new EventWriter({ sink, folder: 'logs/train', clock: () => 2.5, ...options });
  await log(writer);
  await writer.flush();
  const bytes = Buffer.concat(parts);
  return { bytes, names, events: decodeEvents(bytes) };
};

t.test('the first record and a scalar are the golden bytes', async (t) => {
  const times = [0, 1.5, 2.5];
  const { bytes } = await written((writer) => writer.scalar('epoch_loss', 0.25, 3), {
    clock: () => times.shift() ?? NaN,
  });
  const golden =
    '1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c' +
    '36000000000000004f578cef09000000000000044010032a290a270a0a65706f63685f6c6f7373420a0801120022040000803e4a0d0a090a' +
    '077363616c61727320016ba537f8';
  t.equal(Buffer.from(bytes).toString('hex'), golden);
});

t.test('the name has the folder, ten digits of seconds, the source and a number of its own', async (t) => {
  const clock = (): number => 1764124510.75;
  const one = await written((writer) => writer.scalar('a', 1, 0), { clock, source: 'host.42' });
  const two = await written((writer) => writer.scalar('a', 1, 0), { clock, source: 'host.42', folder: '' });
  t.match(one.names[0], /^logs\/train\/events\.out\.tfevents\.1764124510\.host\.42\.\d+\.v2$/);
  t.match(two.names[0], /^events\.out\.tfevents\.1764124510\.host\.42\.\d+\.v2$/);
  t.not(one.names[0]?.split('/').at(-1), two.names[0]);
  const early = await written(() => undefined, { clock: () => 7 });
  t.match(early.names[0], /tfevents\.0000000007\.gradtape\.0\.\d+\.v2$/);
});

t.test('random logs come back as they went in, flushed anywhere', async (t) => {
  const log = fc.record({
    tag: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    value: fc.float(),
    step: fc.maxSafeNat(),
    time: fc.double({ noNaN: true }),
    flush: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(log, { maxLength: 20 }), async (logs) => {
      let time = 0;
      const { events } = await written(
        async (writer) => {
          for (const { tag, value, step, time: at, flush } of logs) {
            time = at;
            writer.scalar(tag, value, step);
            if (flush) await writer.flush();
          }
        },
        { clock: () => time },
      );
      t.equal(events[0]?.fileVersion, 'brain.Event:2');
      const back = events.slice(1).map(({ step, wallTime, values: [value] }) => ({
        tag: value?.tag,
        value: value?.numbers[0],
        step,
        time: wallTime,
      }));
      t.strictSame(
        back,
        logs.map(({ tag, value, step, time: at }) => ({ tag, value, step, time: at })),
      );
    }),
    { numRuns: RUNS },
  );
});

t.test('a file cut anywhere keeps every record before the cut', async (t) => {
  const { bytes } = await written((writer) => {
    for (let step = 0; step < 5; step++) writer.scalar('loss', 1 / (step + 1), step);
  });
  const whole = recordsIn(bytes);
  const ends = whole.reduce<number[]>((all, record) => [...all, (all.at(-1) ?? 0) + record.length + 16], []);
  for (let length = 0; length <= bytes.length; length++) {
    const kept = recordsIn(bytes.subarray(0, length));
    if (kept.length !== ends.filter((end) => end <= length).length) t.fail(`cut at ${length}: ${kept.length} records`);
  }
  t.equal(whole.length, 6);
});

t.test('one flipped bit anywhere in a record is noticed', async (t) => {
  const { bytes } = await written((writer) => writer.scalar('loss', 0.5, 1));
  const intact = recordsIn(bytes).length;
  let noticed = 0;
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const damaged = Uint8Array.from(bytes);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      if (recordsIn(damaged).length < intact) noticed++;
    } catch {
      noticed++;
    }
  }
  t.equal(noticed, 8 * bytes.length);
});

t.test('histogram, text and graph carry their plugin, type and shape', async (t) => {
  const { events } = await written((writer) => {
    writer.histogram('dense/kernel/histogram', Float32Array.of(0, 1, 1, 3), 4);
    writer.text('note', '**bold**', 5);
    writer.kerasGraph('{"class_name":"Functional"}');
  });
  const [, histogram, text, graph] = events;
  t.match(histogram, { step: 4, values: [{ tag: 'dense/kernel/histogram', plugin: 'histograms', dataClass: 2 }] });
  t.strictSame(histogram?.values[0]?.shape, [30, 3]);
  t.equal(histogram?.values[0]?.numbers.length, 90);
  t.match(text, { step: 5, values: [{ tag: 'note', plugin: 'text', dataClass: 2, shape: [] }] });
  t.equal(textOf(text?.values[0]?.strings[0] ?? new Uint8Array()), '**bold**');
  t.match(graph, { step: 0, values: [{ tag: 'keras', plugin: 'graph_keras_model', dataClass: 0 }] });
  t.equal(textOf(graph?.values[0]?.content ?? new Uint8Array()), '1');
  t.equal(textOf(graph?.values[0]?.strings[0] ?? new Uint8Array()), '{"class_name":"Functional"}');
});

t.test('pictures come with their size, then one PNG each, to the pixel', async (t) => {
  const channels = [1, 3, 4] as const;
  for (const count of channels) {
    const pictures = [0, 1].map((offset) => ({
      width: 3,
      height: 2,
      channels: count,
      pixels: Uint8Array.from({ length: 6 * count }, (_, i) => (37 * i + offset) % 256),
    }));
    const { events } = await written((writer) => writer.images('weights/image', pictures, 2));
    const value = events[1]?.values[0];
    t.match(value, { tag: 'weights/image', plugin: 'images', dataClass: 3, shape: [4] });
    t.strictSame(value?.strings.slice(0, 2).map(textOf), ['3', '2']);
    for (const [index, picture] of pictures.entries()) {
      const png = decodePng(value?.strings[2 + index] ?? new Uint8Array());
      t.strictSame([png.width, png.height, png.colorType], [3, 2, { 1: 0, 3: 2, 4: 6 }[count]]);
      t.strictSame([...png.pixels], [...picture.pixels]);
    }
  }
});

t.test('a picture whose pixels do not fit its size is refused', async (t) => {
  const picture = { width: 2, height: 2, channels: 1 as const, pixels: new Uint8Array(3) };
  await t.rejects(
    written((writer) => writer.images('a', [picture], 0)),
    { name: 'ArgumentError', message: /3 bytes for 2 x 2 pixels of 1 channels/ },
  );
});

t.test('hyperparameters: an experiment, and a run from its values to its end', async (t) => {
  const { events } = await written((writer) => {
    writer.hparamExperiment({
      hparams: [
        { name: 'units', range: [16, 256] },
        { name: 'kind', values: ['conv', ''] },
        { name: 'bias', values: [true, false] },
      ],
      metrics: [{ tag: 'epoch_loss', group: 'validation' }],
    });
    writer.hparamStart({ units: 32, kind: 'conv', bias: false }, 'group');
    writer.hparamEnd('success');
  });
  const contents = events.slice(1).map(({ values: [value] }) => {
    t.match(value, { plugin: 'hparams', dataClass: 2, shape: [0], numbers: [] });
    return [value?.tag, fieldsOf(value?.content ?? new Uint8Array())] as const;
  });
  t.strictSame(contents.map(([tag]) => tag), [
    '_hparams_/experiment',
    '_hparams_/session_start_info',
    '_hparams_/session_end_info',
  ]); // prettier-ignore
  const experiment = fieldsOf(bytesOf(contents[0]?.[1] ?? [], 2));
  t.equal(numberOf(experiment, 3), 2.5);
  const types = experiment
    .filter(({ number }) => number === 4)
    .map(({ value }) => numberOf(fieldsOf(value as Uint8Array), 4));
  t.strictSame(types, [3, 1, 2]);
  const start = fieldsOf(bytesOf(contents[1]?.[1] ?? [], 3));
  const entries = start
    .filter(({ number }) => number === 1)
    .map(({ value }) => {
      const entry = fieldsOf(value as Uint8Array);
      const [json] = fieldsOf(bytesOf(entry, 2));
      return [textOf(bytesOf(entry, 1)), json?.number, json?.value];
    });
  t.strictSame(
    entries.map(([name, field]) => [name, field]),
    [
      ['units', 2],
      ['kind', 3],
      ['bias', 4],
    ],
  );
  t.strictSame([entries[0]?.[2], textOf(entries[1]?.[2] as Uint8Array), entries[2]?.[2]], [32, 'conv', 0n]);
  t.equal(textOf(bytesOf(start, 4)), 'group');
  const end = fieldsOf(bytesOf(contents[2]?.[1] ?? [], 4));
  t.strictSame([numberOf(end, 1), numberOf(end, 2)], [1, 2.5]);
});

t.test('nothing logged since, nothing given to the sink', async (t) => {
  const { names } = await written(async (writer) => {
    writer.scalar('a', 1, 0);
    await writer.flush();
    await writer.flush();
  });
  t.equal(names.length, 1);
});

t.test('a step that is no whole number is refused', async (t) => {
  for (const step of [-1, 0.5, NaN, 2 ** 53]) {
    await t.rejects(
      written((writer) => writer.scalar('a', 1, step)),
      { name: 'ArgumentError' },
      String(step),
    );
  }
});
