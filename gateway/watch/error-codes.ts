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
    meaning: 'An estimate arrived too late: the decision was made without it.',
    retried: 'Yes, with the next batch.',
    remedy: 'If it is frequent: see `decisions.alerts.budgetMs` and the load of the CPU.',
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
      'Yes, with the next batch; after several failures in a row the breaker waits (`decisions.alerts.breaker`).',
    remedy: 'See the log for the reason; train or install the model anew.',
  },
  MODEL_REFUSED_UNREADABLE: {
    stage: 'intelligence',
    meaning: 'A model cannot be read. The model is not used.',
    retried:
      'No. The other models are used; machines of this type are watched by their learned baseline or by rules.',
    remedy: 'Check the rights of its folder and the disk; copy it anew.',
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
      'Files with saved baselines are damaged. They were set aside, and their machines learn new ones.',
    retried: 'No.',
    remedy:
      'Look for disk errors with `dmesg`; replace the disk if there are any. The machines learn their baselines without help.',
  },
  NORMALS_FOREIGN: {
    stage: 'intelligence',
    meaning:
      'Saved baselines belong to machine types that have changed. They were set aside, and these machines learn new ones.',
    retried: 'No.',
    remedy:
      'Nothing, if the types were changed on purpose. Otherwise put the earlier machine types back and start the gateway again; what was set aside is in the folder `normals` of the data folder.',
  },
  NORMALS_NOT_SET_ASIDE: {
    stage: 'intelligence',
    meaning: 'A damaged or outdated file with saved baselines could not be copied before it was replaced.',
    retried: 'No.',
    remedy:
      'Free some space on the disk of the data folder (`df -h` shows how much is left), and check the rights of the folder `normals`.',
  },
  NORMALS_UNREADABLE: {
    stage: 'intelligence',
    meaning:
      'Saved baselines cannot be read from disk. The files are left as they are, and their machines learn new ones.',
    retried: 'No, until the next start.',
    remedy:
      'Check the rights of the folder `normals` in the data folder and the disk; then start the gateway again.',
  },
  NORMALS_UNWRITABLE: {
    stage: 'intelligence',
    meaning:
      'Baselines cannot be saved. Readings are not affected; after a restart these machines would learn new ones.',
    retried: 'Yes, with the next save.',
    remedy:
      'Free some space on the disk of the data folder (`df -h`), and let the user of the gateway write to the folder `normals` in it.',
  },
  LIMITS_DAMAGED: {
    stage: 'intelligence',
    meaning:
      'The file with the limits that were set for single machines is damaged. It is set aside; the limits of the machine types are in force.',
    retried: 'No.',
    remedy:
      'Set the limits again: `harbinger limits set`. The file that was set aside can be read with any editor.',
  },
  LIMITS_INVALID: {
    stage: 'intelligence',
    meaning: 'Limits for a machine were not set, because they contradict each other or the machine’s type.',
    retried: 'No.',
    remedy: 'Do as the message says. From low to high: alarmLow, warnLow, warn, alarm.',
  },
  LIMITS_TOO_MANY: {
    stage: 'intelligence',
    meaning: 'Limits for a machine were not set, because there are as many as there may be.',
    retried: 'No.',
    remedy:
      'Declare a machine type with these limits, or clear those of machines that are gone: `harbinger limits clear`.',
  },
  LIMITS_UNREADABLE: {
    stage: 'intelligence',
    meaning:
      'The file with the limits that were set for single machines cannot be read. The gateway does not start.',
    retried: 'No.',
    remedy: 'Let the user of the gateway read `machine-limits.json` in the data folder.',
  },
  LIMITS_UNWRITABLE: {
    stage: 'intelligence',
    meaning: 'Limits for a machine were not changed, because they could not be written to disk.',
    retried: 'No. Those before stay in force.',
    remedy: 'Free some space on the disk of the data folder (`df -h`), then set them again.',
  },
  LIMITS_VERSION: {
    stage: 'intelligence',
    meaning:
      'The limits that were set for single machines were written by a newer version. Nothing is started.',
    retried: 'No.',
    remedy: 'Start that version or a newer one, or move `machine-limits.json` away and set the limits again.',
  },
  MAINTENANCE_DAMAGED: {
    stage: 'intelligence',
    meaning: 'The file with the maintenance windows is damaged. It is set aside; all machines are judged.',
    retried: 'No.',
    remedy:
      'Set the windows that are on or planned again: `harbinger maintenance start`. The file that was set aside can be read with any editor.',
  },
  MAINTENANCE_INVALID: {
    stage: 'intelligence',
    meaning: 'A maintenance window was not set, because its times or its machine cannot be meant.',
    retried: 'No.',
    remedy: 'Do as the message says.',
  },
  MAINTENANCE_TOO_MANY: {
    stage: 'intelligence',
    meaning: 'A maintenance window was not set, because there are as many as there may be.',
    retried: 'No.',
    remedy: 'End windows that are not needed any more, or set one for a whole site.',
  },
  MAINTENANCE_UNREADABLE: {
    stage: 'intelligence',
    meaning: 'The file with the maintenance windows cannot be read. The gateway does not start.',
    retried: 'No.',
    remedy: 'Let the user of the gateway read `maintenance.json` in the data folder.',
  },
  MAINTENANCE_UNWRITABLE: {
    stage: 'intelligence',
    meaning: 'A maintenance window was not set or ended, because it could not be written to disk.',
    retried: 'No. What was in force stays so.',
    remedy: 'Free some space on the disk of the data folder (`df -h`), then try again.',
  },
  MAINTENANCE_VERSION: {
    stage: 'intelligence',
    meaning: 'The maintenance windows were written by a newer version. Nothing is started.',
    retried: 'No.',
    remedy: 'Start that version or a newer one, or move `maintenance.json` away and set the windows again.',
  },
  NORMAL_FOREIGN: {
    stage: 'intelligence',
    meaning:
      'A saved baseline does not fit its machine any longer. This machine learns a new one; further such machines are only counted.',
    retried: 'No.',
    remedy:
      'Nothing, if the machine was changed on purpose. Otherwise check the sensors that it sends and its type.',
  },
  MODEL_SLOW: {
    stage: 'intelligence',
    meaning: 'A version of a model takes too long for its answers, and is not used.',
    retried: 'Yes, with growing delays: a device may be busy while it starts.',
    remedy: 'Train a smaller model, or choose a faster backend (`intelligence.backend`).',
  },
});
