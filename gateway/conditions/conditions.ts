/**
 * Conditions of a gateway (gateway/conditions): what can be wrong with it, each a file and a line here. How a condition is found
 * again, told once and ended is in shared/conditions. Facts come from what status and metrics show anyway.
 */
import { certificateExpiry } from '../../shared/conditions/certificates.ts';
import { clockWrong } from '../../shared/conditions/clock.ts';
import type { Conditions } from '../../shared/conditions/conditions.ts';
import { configRefused } from '../../shared/conditions/config-refused.ts';
import { diskSpace } from '../../shared/conditions/disk-space.ts';
import { notifierFails } from '../../shared/conditions/notifier.ts';
import { backlogGrows } from './backlog.ts';
import { cloudUnreachable } from './cloud.ts';
import { deadLettersArrive } from './dead-letters.ts';
import type { GatewayFacts } from './facts.ts';
import { modelMissing } from './model.ts';
import { modelInputs } from './model-inputs.ts';
import { brokerUnreachable } from './peers.ts';
import { batchesRefused } from './refused.ts';

export const gatewayConditions: Conditions<GatewayFacts> = [
  diskSpace,
  backlogGrows,
  cloudUnreachable,
  brokerUnreachable,
  batchesRefused,
  deadLettersArrive,
  modelMissing,
  modelInputs,
  notifierFails,
  certificateExpiry,
  clockWrong,
  configRefused,
];
