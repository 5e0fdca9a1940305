import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECODE_GZIP: {
    stage: 'decode',
    meaning:
      'A message that is packed by gzip cannot be unpacked, or is too large when it is: 256 KiB, and 200 times its own length, are the limits. It is kept as a dead letter, packed.',
    retried: 'No. Dead letters can be sent again by hand.',
    remedy: 'Let the device send it in parts, or not packed; check that nothing on its way cuts it.',
  },
});
