import { join } from 'node:path';
import { decisionPart } from '../../ports/decisions/decision-part.ts';
import { AlertDecisionConfig } from './config.ts';
import { AlertsStatus, alertStatistics } from './statistics.ts';

export const alerts = decisionPart({
  kind: 'alerts',
  about: 'Opens, updates and resolves predictions of failures, which the cloud turns into alerts.',
  config: AlertDecisionConfig,
  statistics: alertStatistics,
  status: AlertsStatus,
  async create(config, { dataDir, ...deps }) {
    const { createAlertDecision } = await import('./alert-decision.ts');
    return createAlertDecision({ ...deps, config, stateFile: join(dataDir, 'alerts.json') });
  },
});
