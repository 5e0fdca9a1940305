import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  MQTT_ADDRESS: {
    stage: 'config',
    meaning: 'A text is not the address of an MQTT broker.',
    retried: 'No.',
    remedy: 'Write it as `mqtt://HOST:PORT`, or with `mqtts`, `ws` or `wss`.',
  },
});
