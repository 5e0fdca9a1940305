import { declareErrors } from '../../shared/runtime/errors.ts';

export const errorCodes = declareErrors({
  DECLARED_DAMAGED: {
    stage: 'contract',
    meaning:
      'The file of machines that people have accepted or said to ignore was damaged, and is set aside with the ending `.damaged`. These machines wait again, and what they send is kept as dead letters.',
    retried: 'No.',
    remedy: 'Accept the machines again: `harbinger machines waiting` lists them. Check the disk.',
  },
  DECLARED_UNREADABLE: {
    stage: 'contract',
    meaning:
      'The file of machines that people have accepted cannot be read. The gateway does not start, because their readings would become dead letters.',
    retried: 'No.',
    remedy: 'Make `declared-machines.json` in the data folder readable for the user of the gateway.',
  },
  DECLARED_UNWRITABLE: {
    stage: 'contract',
    meaning:
      'What a person has asked for (to accept machines, or to ignore them) cannot be written, and is not in force.',
    retried: 'No. Give the command again.',
    remedy: 'Check free space and rights of the data folder, and the disk.',
  },
  DECLARED_VERSION: {
    stage: 'contract',
    meaning: 'A newer version of Harbinger has written the file of machines that people have accepted.',
    retried: 'No.',
    remedy: 'Start the version that wrote it, or move the file away and accept the machines again.',
  },
  ONBOARDING_CONFIGURED: {
    stage: 'contract',
    meaning: 'The configuration says already of what type a machine is that was to be accepted or ignored.',
    retried: 'No.',
    remedy: 'Change the rule under `[[machines]]` of the gateway’s configuration.',
  },
  ONBOARDING_KNOWN: {
    stage: 'contract',
    meaning: 'A machine that was to be accepted is taken in as another type already.',
    retried: 'No.',
    remedy: 'Take that back first: `harbinger machines undo SITE/MACHINE`. What is stored stays stored.',
  },
  ONBOARDING_MATCH: {
    stage: 'contract',
    meaning: 'What was to be accepted or ignored is neither a machine nor a pattern of machines.',
    retried: 'No.',
    remedy: 'Name `SITE/MACHINE`, or a pattern such as `hall3/+`.',
  },
  ONBOARDING_TOO_MANY: {
    stage: 'contract',
    meaning: 'As many machines or patterns are accepted, or ignored, as there may be.',
    retried: 'No.',
    remedy:
      'Write a rule under `[[machines]]` for machines with names of one shape, or accept a pattern in place of single names.',
  },
  ONBOARDING_TYPE: {
    stage: 'contract',
    meaning: 'A machine was to be accepted as a type that the gateway does not know.',
    retried: 'No.',
    remedy:
      'Put the file of the type into the folder that `machineTypesDir` names; it is read when the command is given again. `harbinger config check gateway gateway.toml` says what is wrong with a file.',
  },
});
