import { declareErrors, type ReasonList } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  JOURNAL_BLOCK_SIZE: {
    stage: 'journal',
    meaning: 'A block of readings or an event is larger than its lane may be.',
    retried: 'No. Its content is not acknowledged.',
    remedy: 'Raise `journal.bytesMax`, or let the device send smaller messages.',
  },
  JOURNAL_BUSY: {
    stage: 'journal',
    meaning: 'More data wait to be written than is allowed: sensors send faster than the disk can write.',
    retried: 'Yes. The message is not acknowledged, and the sensor resends it.',
    remedy: 'If it lasts: see whether the disk is slow or failing, or send less.',
  },
  JOURNAL_FULL: {
    stage: 'journal',
    meaning:
      'There is no room for a reading, and nothing may be dropped: the journal has reached its bound with `whenFull = "refuse"`, or the disk is full.',
    retried: 'Yes. The message is not acknowledged, and the sensor resends it.',
    remedy: 'Free the disk, raise `journal.bytesMax`, or restore the connection to the cloud.',
  },
  JOURNAL_LANE: {
    stage: 'journal',
    meaning: 'A lane of the journal was asked for that does not exist. This is a fault of the program.',
    retried: 'No.',
    remedy:
      'Report it to the makers of Harbinger with the log (`journalctl -u harbinger-gateway` for a service).',
  },
  JOURNAL_LIMITS: {
    stage: 'journal',
    meaning: '`journal.bytesMax` is too small for the journal’s lanes.',
    retried: 'No. The gateway does not start.',
    remedy: 'Set `journal.bytesMax` to at least what the message says.',
  },
  JOURNAL_LOCKED: {
    stage: 'journal',
    meaning: 'Another process uses the journal of this data folder.',
    retried: 'No. The gateway does not start.',
    remedy: 'Stop the other gateway, or give each a folder of its own with `--data`.',
  },
  JOURNAL_READ: {
    stage: 'journal',
    meaning:
      'Reading from the journal has failed, so nothing of that lane is sent to the cloud for now. New messages are still journalled.',
    retried: 'Yes, until it works.',
    remedy:
      'Look for disk errors with `dmesg`, and for free space with `df -h`; replace the disk if there are errors.',
  },
  JOURNAL_REMOVED: {
    stage: 'journal',
    meaning:
      'The newest file of the journal, of dead letters or of sessions was deleted or replaced while the gateway runs, or the folder above it. What would be written would be gone after a restart, so nothing is acknowledged.',
    retried:
      'Yes, until the file is back in its place. What the deleted file holds is still sent to the cloud while the gateway runs.',
    remedy:
      'Put the file or folder back. If that is not possible, wait until the backlog is sent (`/api/status`), and restart the gateway: it continues with a new file, and reports what is lost.',
  },
  JOURNAL_STOP: {
    stage: 'journal',
    meaning: 'The disk did not answer while the gateway was stopping.',
    retried: 'No. The process exits; acknowledged data are on disk.',
    remedy:
      'Look for disk errors with `dmesg`, and for free space with `df -h`; replace the disk if there are errors.',
  },
  JOURNAL_STOPPED: {
    stage: 'journal',
    meaning: 'Something was to be written while the gateway was shutting down. It is not acknowledged.',
    retried: 'Yes. The sensor resends it after it has reconnected; a caller of the HTTP API gets 503.',
    remedy:
      'Nothing while the gateway restarts. If sensors stay unconnected, start it, and see with `systemctl status harbinger-gateway` why it stopped.',
  },
  JOURNAL_VERSION: {
    stage: 'journal',
    meaning: 'The journal was written by a newer version of Harbinger.',
    retried: 'No. The gateway does not start, and changes nothing.',
    remedy: 'Start the version that wrote it, or move the folder `journal` away to start with an empty one.',
  },
  JOURNAL_WRITE: {
    stage: 'journal',
    meaning: 'Writing to the journal has failed. The data are not acknowledged.',
    retried: 'Yes, with the next block; sensors resend.',
    remedy: 'Check the disk (free space, `dmesg`, SD card).',
  },
});

export const reasonLists: ReasonList[] = [
  {
    title: 'Causes of losses in the journal',
    where:
      'The label `cause` of the metrics `harbinger_journal_lost_blocks_total` and `harbinger_journal_lost_bytes_total`, and the events of journal losses.',
    reasons: {
      'backlog-full':
        'The oldest blocks were dropped because the journal reached `journal.bytesMax` before the cloud had confirmed them. Raise it, or restore the connection to the cloud.',
      'damaged-block': 'A block on disk cannot be read any more. Check the disk.',
      'refused-full':
        'The cloud had refused a batch for too long, and it was dropped to make room for newer ones (`uplink.refusedCountMax`, `uplink.refusedBytesMax`).',
      'torn-tail':
        'The last write was cut off, usually by a power failure. It had not been acknowledged, so nothing that a sensor relies on is missing.',
    },
  },
];
