import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  WATCH_FILTER: {
    stage: 'api',
    meaning: 'What is to be watched is not a filter of topics or machines.',
    retried: 'No.',
    remedy: 'Give a filter as in MQTT: `hall/#`, `hall/pump-1`, `telemetry/+/pump-1`, or `#` for all.',
  },
  WATCH_FULL: {
    stage: 'api',
    meaning: 'As many people watch the gateway as may at the same time.',
    retried: 'No.',
    remedy:
      'End one of the commands `harbinger watch`; one whose connection was cut makes room after half a minute.',
  },
});
