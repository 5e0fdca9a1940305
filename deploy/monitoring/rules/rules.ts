import { cloudRules } from './cloud.ts';
import { deviceRules } from './devices.ts';
import { eitherRules } from './either.ts';
import { gatewayRules } from './gateway.ts';
import type { RuleGroup } from './rule.ts';

/** All alert rules. A new one is a line in its group, and a case in cases.testing.ts. */
export const ruleGroups: readonly RuleGroup[] = [
  { name: 'harbinger', rules: eitherRules },
  { name: 'harbinger-gateway', rules: gatewayRules },
  { name: 'harbinger-devices', rules: deviceRules },
  { name: 'harbinger-cloud', rules: cloudRules },
];
