import { describe, expect, it } from 'vitest';
import { parseLine } from '../../../shared/contract/line-protocol.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { LineWriter } from '../blocks/line-writer.ts';
import { checkReading } from '../contract.ts';
import { Layouts, newTopicLayouts } from '../fast-json/layouts.ts';
import { readingsIn } from '../fixtures.testing.ts';
import { json } from '../formats/json/json.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import { Machines } from '../machines/machines.ts';
import { newRow } from '../row.ts';

const base: MachineType = {
  ...{ name: 'open', version: '1.0.0', description: 'for tests', lifeUnit: 'rows', stepMs: 1_000 },
  ...{ windowRows: 4, openSensors: true, sensors: [], alerts: [] },
};
const valve: MachineType = {
  ...base,
  name: 'valve',
  openSensors: false,
  sensors: [
    { name: 'position', unit: '1', min: 0, max: 2, kind: 'state', states: ['Closed', 'Moving', 'Open'] },
    { name: 'note', unit: '1', min: 0, max: 65_535, kind: 'state' },
    { name: 'flow', unit: 'l/min', min: 0, max: 500 },
  ],
};

function machineOf(type: MachineType): MachineSchema {
  const types = new Map([[type.name, type]]);
  const unknown = { type: type.name };
  return new Machines({ gateway: 'g', types, rules: [], unknown, machinesMax: 9 }).find('s', 'm');
}

/** Reads JSON messages of one topic as the pipeline does: their fields as stored, in capitals `FAST` where by layout. */
function reader(schema: MachineSchema) {
  const layouts = new Layouts();
  const topic = newTopicLayouts();
  const writer = new LineWriter();
  const row = newRow();
  return (message: object) => {
    const payload = Buffer.from(JSON.stringify(message));
    const isFast = layouts.read(topic, payload, schema, row);
    if (!isFast) {
      const [reading] = readingsIn(json.decode(payload, { site: 's', machine: 'm' }));
      checkReading(schema, reading!.values, row);
      layouts.learn(topic, payload, { schema, sensor: undefined, reading: reading!, row });
    }
    writer.add(schema, row, 1_700_000_000_000, 0);
    const line = writer.take().toString();
    return `${isFast ? 'FAST ' : ''}${line.slice(line.indexOf(' ') + 1, line.lastIndexOf(' '))}`;
  };
}

describe('an open type', () => {
  it('stores booleans, switches and modes, each with its number where it has one', () => {
    const read = reader(machineOf(base));
    expect(read({ running: true, mode: 'AUTO', relay: 'ON', t: 21.5 })).toBe(
      'running=1,mode_text="AUTO",relay=1,relay_text="ON",t=21.5',
    );
    expect(read({ running: false, mode: 'Störung', relay: 'off', t: 21 })).toBe(
      'running=0,mode_text="Störung",relay=0,relay_text="off",t=21',
    );
    expect(read({ mode: 3 })).toBe('mode=3');
  });

  it('stores texts with quotes, backslashes, pictures and other signs, read by layout or not', () => {
    const read = reader(machineOf(base));
    const stored = (mode: string) => {
      const [first, again] = [read({ t: 1, mode }), read({ t: 2, mode })].map((line) =>
        line.replace('FAST ', ''),
      );
      expect(again).toBe(first!.replace('t=1', 't=2'));
      return parseLine(`m ${first} 1`).fields.mode_text;
    };
    for (const mode of [
      'AUTO "night"',
      '"AUTO"',
      "operator's",
      '⚙️ Auto',
      'Läuft 👷🏽‍♀️',
      'back\\slash',
      'a=1, b:2; c!',
      'é=mc²',
    ])
      expect(stored(mode), mode).toBe(mode);
    expect(read({ t: 1, mode: 'a\\nb' })).toContain('mode_text="a\\\\nb"');
    for (const mode of [
      'a\nb',
      '{"a": 1}',
      '[x]',
      '-',
      '--',
      '!',
      ' AUTO',
      '',
      '1️⃣',
      '\ud800',
      'x'.repeat(33),
    ])
      expect(read({ t: 1, mode }).replace('FAST ', ''), JSON.stringify(mode)).toBe('t=1');
  });

  it('does not take other texts for states, nor one for a value of a sensor that sends numbers', () => {
    const schema = machineOf(base);
    const read = reader(schema);
    const texts = {
      device: 'TH-01',
      fw: '1.4.2',
      mac: 'AA:BB',
      unit: 'C',
      note: 'see manual',
      state: 'unknown',
    };
    expect(read({ t: 20, ...texts, valid: true })).toBe('t=20');
    expect(read({ t: 'off', p: 1 })).toBe('p=1');
    expect(read({ mode: 'x'.repeat(33), p: 1 })).toBe('p=1');
    expect(read({ mode_text: 5, p: 2 })).toBe('p=2');
    expect(schema.set.sensors).toEqual(['t', 'p']);
  });

  it('reads messages with states by their layout, and gives what parsing gives', () => {
    const messages = [true, false, true].flatMap((running, i) =>
      // Repeated ones, and such as begin like the one before.
      ['AUTO', 'AUTO', 'AUTOMATIC', 'AUT', 'OFF'].map((mode) => ({ t: i + 0.5, running, mode, note: 'a b' })),
    );
    const [fast, slow] = [reader(machineOf(base)), machineOf(base)];
    const read = messages.map((message) => fast(message));
    expect(read.slice(3).every((text) => text.startsWith('FAST '))).toBe(true);
    expect(read.map((text) => text.replace('FAST ', ''))).toEqual(
      messages.map((message) => reader(slow)(message)),
    );
  });

  it('does not overlook a state that comes where another text was', () => {
    const read = reader(machineOf(base));
    const texts = ['abc', 'def', 'ghi'].map((word) => read({ t: 1, word, mode: 'unavailable' }));
    expect(texts).toEqual(['t=1', 't=1', 't=1']);
    expect(read({ t: 1, word: 'idle', mode: 'unavailable' })).toBe('t=1,word_text="idle"');
    expect(read({ t: 1, word: 'idle', mode: 'Eco' })).toBe('t=1,word_text="idle",mode_text="Eco"');
  });
});

describe('a declared state', () => {
  it('takes the texts that its type lists, whatever their case, and refuses others alone', () => {
    const schema = machineOf(valve);
    const read = reader(schema);
    expect(read({ position: 'open', flow: 3 })).toBe('position=2,position_text="open",flow=3');
    expect(read({ position: 1, flow: 3 })).toBe('position=1,flow=3');
    expect(read({ position: true, flow: 3 })).toBe('position=1,flow=3');
    const row = newRow();
    checkReading(schema, { position: 'ajar', flow: 3 }, row);
    expect(row.refused.map(({ sensor, error }) => [sensor, error?.code, error?.message])).toEqual([
      [
        'position',
        'CONTRACT_TYPE',
        expect.stringContaining('must be one of Closed, Moving, Open, not "ajar"'),
      ],
    ]);
    checkReading(schema, { position: 3, flow: 3 }, row);
    expect(row.refused[0]?.error?.code).toBe('CONTRACT_RANGE');
  });

  it('without a list takes every short text, and a sensor that is none takes no text', () => {
    const read = reader(machineOf(valve));
    expect(read({ note: 'Recipe 7 (new)', flow: 3 })).toBe('note_text="Recipe 7 (new)",flow=3');
    expect(read({ note: 'Recipe "7" ✓', flow: 3 })).toBe('note_text="Recipe \\"7\\" ✓",flow=3');
    const row = newRow();
    checkReading(machineOf(valve), { note: 'x'.repeat(33), flow: 3 }, row);
    expect(row.refused.map(({ error }) => error?.message)).toEqual([
      expect.stringContaining('must be a number, or a text of up to 32 characters that can be printed'),
    ]);
    expect(() => reader(machineOf(valve))({ flow: 'ON' })).toThrow(
      expect.objectContaining({ code: 'CONTRACT_TYPE' }),
    );
  });

  it('has codes in the windows that differ by text, and are the same after a restart', () => {
    const codes = (texts: string[]) => {
      const schema = machineOf(valve);
      const row = newRow();
      return texts.map((note) => {
        checkReading(schema, { note }, row);
        return Math.fround(row.values[1]!);
      });
    };
    const texts = ['A', 'B', 'Recipe 1', 'Recipe 2', 'ON', 'OFF'];
    expect(new Set(codes(texts)).size).toBe(6);
    expect(codes(texts)).toEqual(codes([...texts].reverse()).reverse());
    expect(codes(['ON', 'OFF'])).toEqual([1, 0]);
  });
});
