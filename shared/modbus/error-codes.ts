import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  MODBUS_CONNECT_FAILED: {
    stage: 'modbus',
    meaning: 'A Modbus TCP device, or a converter to a serial line, cannot be reached.',
    retried: 'Yes, for as long as the gateway runs. `harbinger modbus` does not try again.',
    remedy:
      'Check address, port, cable and firewall, and that Modbus TCP is switched on in the device. Many accept one connection only.',
  },
  MODBUS_MAP_INVALID: {
    stage: 'config',
    meaning: 'A register map cannot be used: there is none of that name, or its file has problems.',
    retried: 'No. The message names each problem, with file and line.',
    remedy: 'Correct the file, or name another map (`harbinger modbus maps` lists those of the product).',
  },
});
