import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  BATCH_FOREIGN: {
    stage: 'ingest',
    meaning: 'A batch names another gateway or lane than the one that sent it.',
    retried: 'Yes. It is not confirmed; the gateway keeps it and resends it, while other lanes continue.',
    remedy: 'Two gateways may use each other’s credentials or data folders: give each its own.',
  },
  INGEST_LISTEN_FAILED: {
    stage: 'ingest',
    meaning: 'The address or port for gateways cannot be listened on.',
    retried: 'No. The cloud does not start.',
    remedy: 'Correct `ingest.host` and `ingest.port`; ports below 1024 need the right to bind them.',
  },
  INGEST_PORT_BUSY: {
    stage: 'ingest',
    meaning: 'Another program listens on the port for gateways.',
    retried: 'No. The cloud does not start.',
    remedy: 'Stop that program, or choose another port with `ingest.port` or `--mqtt-port`.',
  },
  INGEST_TLS_FILES: {
    stage: 'ingest',
    meaning:
      'The certificate or key for gateways cannot be read, is damaged, or the two do not belong together.',
    retried: 'No. The cloud does not start.',
    remedy: 'Correct the PEM files that the message names; `harbinger config check` checks them.',
  },
  PUBLISH_REFUSED: {
    stage: 'ingest',
    meaning:
      'A gateway has published to a topic that is not its own, or in a way that is not allowed. Its connection is closed.',
    retried: 'Yes, by the gateway; it will be refused again.',
    remedy: 'Check whether a program other than a gateway uses these credentials.',
  },
});
