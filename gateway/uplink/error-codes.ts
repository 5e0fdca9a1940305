import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  UPLINK_BROKEN: {
    stage: 'uplink',
    meaning: 'The connection to the cloud cannot be made, or has ended. Everything stays in the journal.',
    retried: 'Yes, with growing delays, for as long as it takes.',
    remedy:
      'If it lasts: check the network, `uplink.url`, the password and the certificates; the message has the reason.',
  },
  UPLINK_NOT_A_CLOUD: {
    stage: 'uplink',
    meaning: 'The server at `uplink.url` speaks MQTT, but is not a Harbinger cloud. Nothing is sent to it.',
    retried: 'Yes, with growing delays.',
    remedy: 'Correct `uplink.url`; update the cloud before its gateways.',
  },
  UPLINK_SILENT: {
    stage: 'uplink',
    meaning: 'The cloud has not confirmed a batch in time.',
    retried:
      'Yes: the batch is resent, on a new connection if the cloud has answered no other batch meanwhile.',
    remedy:
      'If it lasts: see whether the cloud’s store is slow, and compare `uplink.ackMsMax` with `ingest.storeWaitMsMax`.',
  },
  UPLINK_TLS_FILES: {
    stage: 'uplink',
    meaning:
      'The certificates or the key for the uplink cannot be read or do not belong together. Everything stays in the journal.',
    retried: 'Yes: the files are read again for each attempt.',
    remedy: 'Correct the PEM files that the message names; no restart is needed.',
  },
});
