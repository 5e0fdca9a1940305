import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  LINE_REJECTED: {
    stage: 'store',
    meaning:
      'The embedded store will never take a line: its field has another type there, or a limit of names is reached. It is kept in the quarantine.',
    retried: 'No. Quarantined lines can be sent again by hand.',
    remedy: 'See the reason with `harbinger quarantine list`.',
  },
  QUERY_FAILED: {
    stage: 'store',
    meaning: 'The store could not answer a query; the message has its words.',
    retried: 'No.',
    remedy: 'Correct the query.',
  },
  QUERY_TIMEOUT: {
    stage: 'store',
    meaning: 'A query took too long and was stopped.',
    retried: 'No.',
    remedy: 'Ask for a shorter time or fewer machines, or raise the limit of the query.',
  },
  SQL_REFUSED: {
    stage: 'store',
    meaning: 'A statement does something that is not allowed here: only reading the tables of readings is.',
    retried: 'No.',
    remedy: 'Write one SELECT over the tables of readings; the message says what was refused.',
  },
  STORE_BUSY: {
    stage: 'store',
    meaning: 'Too many queries wait already.',
    retried: 'No; asking again a little later can help.',
    remedy: 'Ask again later, or ask for less.',
  },
  STORE_CONFIG: {
    stage: 'store',
    meaning: 'The store answers, but refuses every write: credentials, rights, database or bucket are wrong.',
    retried: 'Yes. Gateways keep what is not stored and send it again; nothing is lost.',
    remedy: 'Correct the settings under `[store]`, or the rights in the store; the message says which.',
  },
  STORE_DAMAGED: {
    stage: 'store',
    meaning:
      'A part of the embedded database is damaged. Other parts are read, and what comes is stored, as before.',
    retried: 'No.',
    remedy: 'Restore a backup, and check the disk.',
  },
  STORE_LOCKED: {
    stage: 'store',
    meaning: 'Another process uses the embedded database.',
    retried: 'No. The cloud does not start.',
    remedy: 'Stop the other process, or set another `store.path`.',
  },
  STORE_UNAVAILABLE: {
    stage: 'store',
    meaning: 'The store of readings cannot be reached, or does not take anything now.',
    retried: 'Yes. Gateways keep what is not stored and send it again; nothing is lost.',
    remedy: 'Bring the store back: check that it runs, its address, its disk and its load.',
  },
  STORE_UNREADABLE: {
    stage: 'store',
    meaning: 'The embedded database cannot be opened. Nothing has been changed.',
    retried: 'No. The cloud does not start.',
    remedy:
      'Check its folder and rights; if it is damaged, restore a backup, or move it away with its `.wal` file to begin an empty one.',
  },
});
