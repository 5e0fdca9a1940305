import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  COLUMN_UNKNOWN: {
    stage: 'store',
    meaning: 'The embedded store was to free a column or table that it does not have.',
    retried: 'No. Nothing is freed.',
    remedy: 'See the names with `harbinger columns list`.',
  },
  LINE_REJECTED: {
    stage: 'store',
    meaning:
      'The embedded store will never take a line: a name is empty or too long, or its time is out of range. It is kept in quarantine.',
    retried: 'No. Quarantined lines can be redriven.',
    remedy: 'See the reason with `harbinger quarantine list`.',
  },
  QUERY_FAILED: {
    stage: 'store',
    meaning: 'The store could not answer a query; the message quotes its error.',
    retried: 'No.',
    remedy: 'Correct the query; the message quotes what the store says of it.',
  },
  QUERY_MEMORY: {
    stage: 'store',
    meaning: 'A query took more memory than one query may have, which is a quarter of `store.memoryMiBMax`.',
    retried: 'No. Storing goes on meanwhile.',
    remedy: 'Ask for less, or in smaller parts (a shorter span of time), or raise `store.memoryMiBMax`.',
  },
  QUERY_TIMEOUT: {
    stage: 'store',
    meaning: 'A query took too long and was stopped.',
    retried: 'No.',
    remedy: 'Ask for a shorter time or fewer machines, or raise the limit of the query.',
  },
  SQL_REFUSED: {
    stage: 'store',
    meaning: 'A statement does something other than reading the tables of readings, which is not allowed.',
    retried: 'No.',
    remedy: 'Write one SELECT over the tables of readings; the message says what was refused.',
  },
  STORE_BUSY: {
    stage: 'store',
    meaning: 'Too many queries are waiting.',
    retried: 'No; a repeated request may succeed a little later.',
    remedy: 'Repeat the query later, or query less.',
  },
  STORE_CONFIG: {
    stage: 'store',
    meaning: 'The store answers, but refuses every write: credentials, rights, database or bucket are wrong.',
    retried: 'Yes. Gateways keep batches that are not stored, and resend them; nothing is lost.',
    remedy: 'Correct the settings under `[store]`, or the rights in the store; the message says which.',
  },
  STORE_DAMAGED: {
    stage: 'store',
    meaning:
      'A part of the embedded database is damaged. Other parts are read, and new readings are stored, as before.',
    retried: 'No.',
    remedy:
      'Look for disk errors with `dmesg`, replace the disk if there are any, and restore a backup of the database.',
  },
  STORE_LOCKED: {
    stage: 'store',
    meaning: 'Another process uses the embedded database.',
    retried: 'No. The cloud does not start.',
    remedy: 'Stop the other process, or set another `store.path`.',
  },
  STORE_NO_DELETE: {
    stage: 'store',
    meaning: 'The store cannot delete the readings of one machine: InfluxDB 3 has no means for it.',
    retried: 'No. Nothing is deleted.',
    remedy: 'Retire the machine instead; the retention of the database deletes its readings.',
  },
  STORE_VERSION: {
    stage: 'store',
    meaning: 'The embedded database was written by a newer version of Harbinger.',
    retried: 'No. The cloud does not start, and changes nothing.',
    remedy: 'Start the version that wrote it, or restore a backup that this version made.',
  },
  STORE_UNAVAILABLE: {
    stage: 'store',
    meaning: 'The store of readings cannot be reached, or does not accept writes at present.',
    retried: 'Yes. Gateways keep batches that are not stored, and resend them; nothing is lost.',
    remedy: 'Bring the store back: check that it runs, its address, its disk and its load.',
  },
  STORE_UNREADABLE: {
    stage: 'store',
    meaning: 'The embedded database cannot be opened. Nothing has been changed.',
    retried: 'No. The cloud does not start.',
    remedy:
      'Check its folder and rights; if it is damaged, restore a backup, or move it away with its `.wal` file to start with an empty one.',
  },
});
