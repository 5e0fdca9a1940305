import { join } from 'node:path';
import { expect } from 'vitest';
import { noTerminals, plugTerminal } from '../../support/terminal.ts';
import { type SourceHarness, until } from './suite.ts';

export const serialHarness: SourceHarness = {
  kind: 'serial',
  skip: noTerminals,
  ways: ['lines'],
  config: (folder) => ({
    ports: [
      {
        path: join(folder, 'device'),
        topic: 'telemetry/lab/bench-1',
        discardFirst: false,
      },
    ],
  }),
  async connect(source, folder) {
    const terminal = await plugTerminal(join(folder, 'device'));
    await until(() => expect(source.status?.()).toMatchObject([{ open: true }]));
    return {
      send: (payload) => terminal.write(`${payload}\n`),
      acknowledged: () => null,
      answered: async () => undefined,
      async vanish() {
        await terminal.unplug();
        await until(() => expect(source.status?.()).toMatchObject([{ open: false }]));
      },
      stop: () => terminal.unplug(),
    };
  },
  wrong: [
    {
      toml: '[[serial.ports]]\npath = "/dev/x"\ntopic = "a"\nbaudRate = 1',
      key: 'serial.ports[0].baudRate',
      line: 'baudRate = 1',
    },
    {
      toml: '[[serial.ports]]\npath = "/dev/x"\nsite = "s"\ntopic = "a/{machine}"',
      key: 'serial.ports[0].topic',
      line: 'topic = "a/{machine}"',
    },
    { toml: '[serial]\nprots = []', key: 'serial.prots', line: 'prots = []' },
  ],
};
