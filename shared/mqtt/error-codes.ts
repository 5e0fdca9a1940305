import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  MQTT_ADDRESS: {
    stage: 'config',
    meaning: 'A text is not the address of an MQTT broker.',
    retried: 'No.',
    remedy: 'Write it as `mqtt://HOST:PORT`, or with `mqtts`, `ws` or `wss`.',
  },
  PACKET_TOO_LARGE: {
    stage: 'ingest',
    meaning: 'An MQTT packet is larger than any that a gateway sends. The connection is closed.',
    retried: 'Yes, by its sender; it will be refused again.',
    remedy: 'Find out what connects there: it is probably not a gateway.',
  },
});
