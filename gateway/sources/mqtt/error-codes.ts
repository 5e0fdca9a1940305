import { declareErrors, type ReasonList } from '../../../shared/runtime/errors.ts';
import type { RefusalReason } from './connection-refusal.ts';

export const errorCodes = declareErrors({
  BROKER_AEDES_CHANGED: {
    stage: 'broker',
    meaning:
      'The installed version of the broker’s library aedes is not the version that Harbinger requires.',
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
      'A part of the gateway has used the broker before it was started. This is a fault of the program.',
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
      'Check the disk’s free space and the rights of the folder `sessions` in the data folder. Readings are not affected.',
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
    remedy: 'Correct the PEM files that the message names; `harbinger config check` verifies them.',
  },
});

export const reasonLists: ReasonList[] = [
  {
    title: 'Refused and closed connections of sensors',
    where: 'The label `reason` of the metric `harbinger_broker_refused_total`, and the log of the gateway.',
    reasons: {
      limit:
        'As many clients as `broker.connectionsMax` are connected. Raise it, or find what connects so often.',
      timeout: 'The client connected and did not log in within `broker.connectTimeoutMs`.',
      version: 'The client speaks an unknown version of MQTT; it must speak 5, 3.1.1 or 3.1.',
      malformed: 'The client sent bytes that are not MQTT, or plain text to a port that speaks TLS.',
      oversize: 'A packet is larger than `broker.packetBytesMax`.',
      unfinished:
        'The client began a packet and did not end it within `broker.packetTimeoutMs`, or such packets of its user take as much space as one user may have (`broker.unfinishedBytesMax`). Look for clients that hang in the middle of a message, or raise the limit for very slow links.',
      credentials:
        'The user is unknown, the password is wrong, or there is none; or no device has the client certificate.',
      account:
        'The account of the device was changed or revoked (`harbinger devices`), so its connection was closed. It connects again with what is right now.',
      throttled:
        'Too many wrong passwords of this user came from this address. Correct them; the client must wait a minute.',
      busy: 'Too many logins are being checked at once; the client should try again.',
      'client-id': 'The client identifier is missing, too long, or belongs to another user.',
      'session-limit':
        'The user has as many kept sessions as one user may (`broker.sessionsMax`). Raise it, let clients connect with a clean session, or give those that make up a new client id at each start a fixed one.',
      will: 'The user has no right to publish to the topic of its last will (`publish` of its user).',
      'will-limit':
        'The last wills of the clients of this user take as much space as one user may have (`broker.willBytesMax`). Make them shorter, or raise it.',
      publish:
        'The user has no right to publish to a topic (`publish` of its user). With MQTT 5 the message is refused and the connection stays; it is counted all the same.',
      keepalive: 'The client was silent for one and a half of its keep-alive intervals.',
      slow: 'The client does not read what is sent to it.',
      intake: 'A message could not be stored; see the errors of the journal. The client resends it.',
      stopping: 'The gateway is stopping.',
    } satisfies Record<RefusalReason, string>,
  },
];
