import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  BROKER_AEDES_CHANGED: {
    stage: 'broker',
    meaning:
      'The installed version of the broker’s library aedes is not the one that Harbinger was built for.',
    retried: 'No. The gateway does not start.',
    remedy: 'Install exactly the versions of `package-lock.json` (`npm ci`).',
  },
  BROKER_LISTEN_FAILED: {
    stage: 'broker',
    meaning:
      'The address or port for sensors cannot be listened on, for example because this computer has no such address or the port needs more rights.',
    retried: 'No. The gateway does not start.',
    remedy: 'Correct `broker.host` and the port; ports below 1024 need the right to bind them.',
  },
  BROKER_NOT_STARTED: {
    stage: 'broker',
    meaning:
      'A part of the gateway has asked the broker before it was started. This is a fault of the program.',
    retried: 'No.',
    remedy: 'Start the gateway again, and report it with the log.',
  },
  BROKER_PORT_BUSY: {
    stage: 'broker',
    meaning: 'Another program listens on the port for sensors.',
    retried: 'No. The gateway does not start.',
    remedy: 'Stop that program, or set another port (`broker.port`, `broker.websocketPort`).',
  },
  BROKER_STORE_FAILED: {
    stage: 'broker',
    meaning: 'The retained messages and sessions cannot be written to disk, or their folder cannot be used.',
    retried:
      'Yes, while the gateway runs: with the next change. If the folder cannot be used at start, the gateway does not start.',
    remedy:
      'Check the disk’s free space and the rights of the folder `broker` in the data folder. Readings are not affected.',
  },
  BROKER_STORE_LOCKED: {
    stage: 'broker',
    meaning: 'Another gateway uses the same data folder.',
    retried: 'No. The gateway does not start.',
    remedy: 'Stop the other one, or give each gateway a folder of its own with `--data`.',
  },
  BROKER_TLS_FILES: {
    stage: 'broker',
    meaning: 'The broker’s certificate or key cannot be read, is damaged, or the two do not belong together.',
    retried: 'No. The gateway does not start.',
    remedy: 'Put the PEM files right that the message names; `harbinger config check` looks at them.',
  },
});
