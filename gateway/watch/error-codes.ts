import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECISION_FAILED: {
    stage: 'intelligence',
    meaning: 'A batch of machines was not decided, because the decision has failed altogether.',
    retried: 'Yes, with the next readings of the machines.',
    remedy: 'See the problem in the log; report it if it comes again.',
  },
  MODEL_ABANDONED: {
    stage: 'intelligence',
    meaning: 'An estimate came too late: the decision was made without it.',
    retried: 'Yes, with the next batch.',
    remedy: 'If it is frequent: see `decisions.budgetMs` and the load of the CPU.',
  },
  MODEL_BUSY: {
    stage: 'intelligence',
    meaning:
      'More estimates are under way than the model worker takes. The batch is decided without the model.',
    retried: 'Yes, with the next batch.',
    remedy: 'If it is frequent: the CPU is too slow for so many machines; see `intelligence.intervalMsMin`.',
  },
  MODEL_CRASHED: {
    stage: 'intelligence',
    meaning:
      'The model worker has ended unexpectedly. Machines are watched by their learned baseline or by rules meanwhile.',
    retried: 'Yes. It is started again, with growing delays.',
    remedy: 'See the log for the reason; with `intelligence.backend = "cpu"` no native library is used.',
  },
  MODEL_FAILED: {
    stage: 'intelligence',
    meaning: 'A model has failed while it made an estimate. The batch is decided without it.',
    retried:
      'Yes, with the next batch; after several failures in a row the breaker waits (`decisions.breaker`).',
    remedy: 'See the log for the reason; train or install the model anew.',
  },
  MODEL_TIMEOUT: {
    stage: 'intelligence',
    meaning: 'The model worker did not answer or did not start in time, and was replaced.',
    retried: 'Yes. It is started again, with growing delays.',
    remedy: 'If it comes again: see whether the CPU is overloaded, or raise `intelligence.requestMsMax`.',
  },
  MODEL_UNAVAILABLE: {
    stage: 'intelligence',
    meaning:
      'The model worker does not answer now: it is starting, waits to be restarted, or has no model that can be used. Machines are watched by their learned baseline or by rules.',
    retried: 'Yes. The worker is started again, and then the model decides again.',
    remedy: 'If it lasts: see `/api/status` and the log for the reason.',
  },
  NORMALS_DAMAGED: {
    stage: 'intelligence',
    meaning:
      'Files with what was learnt of machines are damaged. They were set aside, and their machines learn anew.',
    retried: 'No.',
    remedy: 'Check the disk; otherwise nothing.',
  },
  NORMALS_FOREIGN: {
    stage: 'intelligence',
    meaning:
      'What was learnt belongs to machine types that have changed. It was set aside, and these machines learn anew.',
    retried: 'No.',
    remedy: 'Nothing, if the types were changed on purpose.',
  },
  NORMALS_NOT_SET_ASIDE: {
    stage: 'intelligence',
    meaning: 'A damaged or outdated file with what was learnt could not be copied before it was replaced.',
    retried: 'No.',
    remedy: 'Check the disk’s free space.',
  },
  NORMALS_UNREADABLE: {
    stage: 'intelligence',
    meaning:
      'What was learnt of machines cannot be read from disk. The files are left as they are, and their machines learn anew.',
    retried: 'No, until the next start.',
    remedy:
      'Check the rights of the folder `normals` in the data folder and the disk; then start the gateway again.',
  },
  NORMALS_UNWRITABLE: {
    stage: 'intelligence',
    meaning:
      'What was learnt of machines cannot be written. Readings are not concerned; after a restart these machines would learn anew.',
    retried: 'Yes, with the next saving.',
    remedy: 'Check the disk’s free space and rights.',
  },
  NORMAL_FOREIGN: {
    stage: 'intelligence',
    meaning:
      'What was learnt does not fit a machine as it is now. This machine learns anew; further ones are only counted.',
    retried: 'No.',
    remedy: 'Nothing, if the machine was changed on purpose.',
  },
});
