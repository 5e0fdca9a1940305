import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  MQTT_NOT_ACKNOWLEDGED: {
    stage: 'cli',
    meaning: 'The broker has acknowledged nothing for too long.',
    retried: 'Yes, until the patience of the command is over; the message says how long.',
    remedy: 'See the gateway’s log: its disk may be full or failing.',
  },
  MQTT_REFUSED: {
    stage: 'cli',
    meaning: 'The broker has refused the connection of a replay or of the virtual plant.',
    retried: 'No.',
    remedy: 'Correct the user and the password.',
  },
  MQTT_UNREACHABLE: {
    stage: 'cli',
    meaning: 'The broker could not be reached for too long.',
    retried: 'Yes, until the patience of the command is over; the message says how long.',
    remedy: 'See whether the gateway runs, and correct the address.',
  },
  REPLAY_FILE: {
    stage: 'cli',
    meaning: 'A recorded file cannot be read or is not of the form that replay takes.',
    retried: 'No.',
    remedy: 'Correct the file or the options; the message names the row.',
  },
});
