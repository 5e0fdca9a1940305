/** Conditions of Harbinger itself must end once what caused them is healed. */
import { eventually } from '../faults/fault.ts';
import { gatewayName, type Site } from '../site/site.ts';

/**
 * Conditions that say how it is now. Others stay open for a reason after a round: dead letters and quarantined entries are kept
 * until a person has looked at them.
 */
const endsWhenHealed = ['cloud-unreachable', 'store-down', 'gateway-silent', 'model-missing'];
/** The longest of their delays to close is a minute. */
const endMsMax = 120_000;

interface Listed {
  alerts: { condition?: { condition: string; about: { name: string }; reasons: string[] } }[];
}

/** Null once none of them is open. */
export function conditionsProblem({ cloud }: Pick<Site, 'cloud'>): Promise<string | null> {
  return eventually(async () => {
    const { alerts } = await cloud.process.json<Listed>('/api/alerts?state=open&limit=1000');
    const open = alerts.flatMap(({ condition }) =>
      condition && endsWhenHealed.includes(condition.condition) && isUnderTest(condition.about.name)
        ? [`${condition.condition} of ${condition.about.name}: ${condition.reasons[0]}`]
        : [],
    );
    return open.length === 0 ? null : `CONDITIONS still open after all was healed: ${open.join('; ')}`;
  }, endMsMax);
}

/** Gateways that a fault made up are silent for good once it is over. */
function isUnderTest(name: string): boolean {
  return name === gatewayName || name === 'cloud';
}
