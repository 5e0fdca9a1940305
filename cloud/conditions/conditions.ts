/**
 * Conditions of the cloud (cloud/conditions): what can be wrong with it and with its gateways, each a file and a line here. How a condition
 * is found again, told once and ended is in shared/conditions. Facts come from what the cloud knows anyway.
 */
import { certificateExpiry } from '../../shared/conditions/certificates.ts';
import { clockWrong } from '../../shared/conditions/clock.ts';
import type { Conditions } from '../../shared/conditions/conditions.ts';
import { configRefused } from '../../shared/conditions/config-refused.ts';
import { diskSpace } from '../../shared/conditions/disk-space.ts';
import { notifierFails } from '../../shared/conditions/notifier.ts';
import type { CloudFacts } from './facts.ts';
import { gatewayIdle, gatewaySilent } from './gateway.ts';
import { gatewayTwins } from './gateway-twins.ts';
import { quarantineFills } from './quarantine.ts';
import { retentionFails } from './retention.ts';
import { siteDegraded } from './site.ts';
import { storeDown } from './store.ts';
import { modelContract } from './training.ts';

export const cloudConditions: Conditions<CloudFacts> = [
  gatewaySilent,
  gatewayIdle,
  gatewayTwins,
  siteDegraded,
  diskSpace,
  storeDown,
  retentionFails,
  quarantineFills,
  notifierFails,
  certificateExpiry,
  clockWrong,
  configRefused,
  modelContract,
];
