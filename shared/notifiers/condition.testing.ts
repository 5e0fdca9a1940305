import type { ConditionData } from '../contract/condition.ts';
import type { HarbingerEvent } from '../contract/events.ts';

export const condition: ConditionData = {
  conditionId: 'c-1',
  condition: 'disk-space',
  about: { kind: 'gateway', name: 'north' },
  severity: 'warning',
  reasons: ['The disk of /var/lib/harbinger has 400 MB left (1 %). Free some space there.'],
  since: '2026-03-01T10:00:00Z',
};

type Kind = 'opened' | 'updated' | 'resolved';

export function conditionEvent(
  kind: Kind,
  minute: number,
  data: Partial<ConditionData> = {},
): HarbingerEvent {
  const said = { ...condition, ...data };
  return {
    specversion: '1.0',
    id: `${said.conditionId}/${kind}/${minute}`,
    source: said.about.kind === 'cloud' ? '/cloud' : `/gateways/${said.about.name}`,
    type: `io.harbinger.condition.${kind}.v1`,
    time: `2026-03-01T10:${String(minute).padStart(2, '0')}:00Z`,
    datacontenttype: 'application/json',
    data: said,
  };
}
