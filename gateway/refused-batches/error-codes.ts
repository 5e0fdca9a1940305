import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  REFUSED_BUSY: {
    stage: 'uplink',
    meaning: 'Refused batches are being sent again already.',
    retried: 'Yes, by whoever asked.',
    remedy: 'Give the command again when the other redrive has finished.',
  },
  REFUSED_NO_UPLINK: {
    stage: 'uplink',
    meaning: 'A refused batch was to be sent again, but the gateway has no cloud configured.',
    retried: 'No. The batch is kept.',
    remedy: 'Set `uplink.url` in `gateway.toml` to the cloud’s address, and start the gateway again.',
  },
  REFUSED_OPEN: {
    stage: 'uplink',
    meaning: 'The batches that the cloud had refused cannot be opened. The gateway does not start.',
    retried: 'No.',
    remedy: 'Check the rights of the folder `refused` in the data folder, and the disk.',
  },
  REFUSED_WRITE: {
    stage: 'uplink',
    meaning: 'A batch that the cloud refuses cannot be set aside. Its lane waits.',
    retried: 'Yes, with the next attempt to send it.',
    remedy:
      'Look for disk errors with `dmesg`, and for free space with `df -h`; replace the disk if there are errors.',
  },
});
