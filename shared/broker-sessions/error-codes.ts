import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  MQTT_SESSION_BROKEN: {
    stage: 'mqtt',
    meaning: 'A broker that the gateway connects to cannot be reached, or the connection to it has ended.',
    retried: 'Yes, with growing pauses. What the broker has not been told to be stored, it sends again.',
    remedy:
      'The message names the broker and the cause. Check its address, the network, and whether it runs.',
  },
  MQTT_SESSION_REFUSED: {
    stage: 'mqtt',
    meaning: 'A broker that the gateway connects to has refused the connection.',
    retried: 'Yes, with growing pauses.',
    remedy: 'The message says why: mostly the user name, the password, or the client id.',
  },
  MQTT_SESSION_TLS_FILES: {
    stage: 'mqtt',
    meaning: 'A certificate or key for the connection to another broker cannot be used.',
    retried: 'Yes; the files are read again for each connection.',
    remedy: 'The message names the file, the setting, and what to do.',
  },
});
