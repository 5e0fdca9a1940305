import { declareErrors } from '../../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  MQTT_CLIENT_FILE_DAMAGED: {
    stage: 'mqtt',
    meaning: 'The file of sessions at other brokers, `mqtt-client.json`, was damaged and has been set aside.',
    retried:
      'No. Sessions begin anew under other client ids; messages that wait in the old ones stay at the broker.',
    remedy: 'Check the disk. Set `clientId`, and the old session is used again.',
  },
  MQTT_CLIENT_FILE_UNREADABLE: {
    stage: 'mqtt',
    meaning:
      'The file of sessions at other brokers, `mqtt-client.json`, cannot be read, or is of a later version.',
    retried: 'No. It is left as it is, and sessions have client ids of this run.',
    remedy: 'Make the file readable, or start the version that wrote it, or move it away.',
  },
  MQTT_CLIENT_FILE_UNWRITTEN: {
    stage: 'mqtt',
    meaning: 'The file of sessions at other brokers, `mqtt-client.json`, could not be written.',
    retried: 'Yes, at the next change.',
    remedy: 'Free some space, or give the gateway the right to write into its data folder.',
  },
});
