import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  MODBUS_NO_ANSWER: {
    stage: 'modbus',
    meaning: 'A Modbus device has not answered `harbinger modbus`, or not with a frame that is whole.',
    retried: 'Yes, three times by `harbinger modbus read`; a scan asks each unit once.',
    remedy: 'Check power, unit number, speed, parity and the two wires; `harbinger modbus scan` finds units.',
  },
  MODBUS_EXCEPTION: {
    stage: 'modbus',
    meaning: 'A Modbus device has answered `harbinger modbus` that it cannot read this.',
    retried: 'No.',
    remedy: 'Check function, address and count in its manual; the message says what the exception means.',
  },
});
