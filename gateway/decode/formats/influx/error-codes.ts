import { declareErrors } from '../../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECODE_INFLUX: {
    stage: 'decode',
    meaning: 'The payload of a message is not InfluxDB line protocol. It is kept as a dead letter.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Correct the device, or the `format` of its route. Afterwards: `harbinger deadletters redrive`.',
  },
});
