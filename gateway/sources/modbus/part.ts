import { sourcePart } from '../../ports/source.ts';
import { mapProblems, modbusProblems } from './check.ts';
import { ModbusConfig } from './config.ts';
import { ModbusStatus, modbusStatistics } from './statistics.ts';

export const modbus = sourcePart({
  kind: 'modbus',
  about: 'Modbus devices on serial lines and over TCP.',
  config: ModbusConfig,
  statistics: modbusStatistics,
  status: ModbusStatus,
  check: modbusProblems,
  checkFiles: mapProblems,
  create: async (config, deps) => (await import('./modbus.ts')).createModbusSource(config, deps),
});
