/** Facts that the page of the site shows. They are asked for each time, and each answer is bounded. */
import type { ConditionData } from '../../../shared/contract/condition.ts';
import type { OpenAlert } from '../../ports/decision.ts';
import type { MaintenanceAdmin } from '../../ports/maintenance/maintenance.ts';
import type { OnboardingAdmin } from '../../ports/onboarding/onboarding.ts';
import type { MachineAdmin } from '../../ports/retiring.ts';

/** The data thread's part; null while it does not answer. */
export interface SiteData {
  uplink: { connected: boolean; lastError: string | null } | null;
  /** By lane: blocks that the cloud has not confirmed. */
  backlog: Record<string, { blocks: number }>;
  journals: readonly { bytes: number; bytesMax: number }[];
}

export interface SiteFacts {
  gateway: string;
  /** The address of the cloud's page; absent if it is not configured. */
  publicUrl?: string | undefined;
  openAlerts(): readonly OpenAlert[];
  openConditions(): readonly ConditionData[];
  data(): SiteData | null;
  diskFreeBytes(): number | null;
}

export interface SitePageDeps {
  site: SiteFacts;
  machines: Pick<MachineAdmin, 'list'>;
  maintenance: Pick<MaintenanceAdmin, 'list'>;
  onboarding: Pick<OnboardingAdmin, 'waiting'>;
}
