import { modbus } from '../../../gateway/sources/modbus/part.ts';
import { modbusSlave } from '../../support/peers/modbus-slave.ts';
import { freePort } from '../../support/ports.ts';
import type { ReadingsHarness } from './readings-suite.ts';

const port = await freePort();
const unit = 7;
const nobody = 9;

const line = '[[modbus.lines]]\nname = "l"\nhost = "a"\n';
const slave = '[[modbus.lines.slaves]]\nunit = 1\nsite = "s"\nmachine = "m"\n';

export const modbusHarness: ReadingsHarness = {
  kind: 'modbus',
  part: modbus,
  skip: null,
  config: () => ({
    lines: [
      {
        ...{ name: 'line', host: '127.0.0.1', port },
        slaves: [
          {
            ...{ unit, site: 'lab', machine: 'bench-1', periodMs: 50, timeoutMs: 500, retryMsMax: 1_000 },
            points: [{ name: 'temperature', address: 100 }],
          },
        ],
      },
    ],
  }),
  async connect() {
    const device = await modbusSlave(port);
    device.units.add(nobody);
    return {
      set(temperature) {
        device.registers.set(100, temperature);
        device.units.add(unit);
      },
      vanish: () => device.stop(),
      stop: () => device.stop(),
    };
  },
  wrong: [
    { toml: '[modbus]\nliens = []', key: 'modbus.liens', line: 'liens = []' },
    {
      toml: `${line}path = "/dev/x"\n${slave}map = "eastron-sdm630"`,
      key: 'modbus.lines[0].host',
      line: 'host = "a"',
    },
    {
      toml: `${line}${slave}map = "eastron"`,
      key: 'modbus.lines[0].slaves[0].map',
      line: 'map = "eastron"',
    },
    {
      toml: `${line}${slave}map = "eastron-sdm630"\nonly = ["powr"]`,
      key: 'modbus.lines[0].slaves[0].only',
      line: 'only = ["powr"]',
    },
    {
      toml: `${line}${slave}[[modbus.lines.slaves.points]]\nname = "a"\naddress = 0\ntype = "flaot32"`,
      key: 'modbus.lines[0].slaves[0].points[0].type',
      line: 'type = "flaot32"',
    },
  ],
};
