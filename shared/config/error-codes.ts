import { declareErrors } from '../runtime/errors.ts';

export const errorCodes = declareErrors({
  CONFIG_ENV_MISSING: {
    stage: 'config',
    meaning: 'A setting takes its value from an environment variable that is not set.',
    retried: 'No. Nothing is started.',
    remedy:
      'Set the variable (with systemd in the unit’s EnvironmentFile), or write a default into the file: a colon, a minus and the default after its name.',
  },
  CONFIG_INVALID: {
    stage: 'config',
    meaning:
      'A setting has a value that it cannot have, does not exist, or does not go together with another one. The message names the setting, the file and the line.',
    retried: 'No. Nothing is started.',
    remedy: 'Correct the setting; `harbinger config check` lists everything that is wrong at once.',
  },
  CONFIG_UNREADABLE: {
    stage: 'config',
    meaning:
      'A configuration file cannot be read, is not a regular file (a pipe, a device), has more than 64 MiB, or is not TOML. The message names the line where reading ended.',
    retried: 'No. Nothing is started.',
    remedy: 'Correct the file or its path, or let the user that Harbinger runs as read it.',
  },
});
