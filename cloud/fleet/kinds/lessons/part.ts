import { LessonsBody } from '../../../../shared/contract/fleet/lessons.ts';
import type { FleetKind } from '../../kind.ts';

export const lessons: FleetKind = {
  kind: 'lessons',
  about:
    'Warnings of the self-learned detector that were false alarms, or confirmed: gateways learn by them when to warn. Made of outcomes by the cloud itself.',
  body: LessonsBody,
  problem: () => null,
  nameOf: () => 'learnt',
  text(body) {
    const { lessons: all } = body as LessonsBody;
    const count = (of: 'falseMs' | 'rightMs') => all.reduce((sum, each) => sum + each[of].length, 0);
    return `${all.length} machines and causes: ${count('falseMs')} false alarms, ${count('rightMs')} confirmed`;
  },
};
