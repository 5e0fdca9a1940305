import { Type } from '@sinclair/typebox';
import type { QuotaRefusal } from '../../shared/bounds/quota-refusals.ts';
import { reportOf } from '../../shared/parts/statistics.ts';

/** Quotas of a gateway: machines are not listed beyond it, open alerts are not kept, or not even their ends told. */
export type GatewayQuota = 'machines' | 'alerts' | 'alert-ends';

/** Each sentence names what is refused, why, and what to do. */
export const quotaTexts: Record<GatewayQuota, string> = {
  machines:
    'machines are not listed: their gateway has as many as one may; find the sensor that makes up names of machines, or raise operations.machinesMax',
  alerts:
    'open alerts are not shown any more, those longest untouched of the gateway that has most: there are more than operations.alertsOpenMax; receivers are still told when they end',
  'alert-ends':
    'the ends of alerts that are not shown any more will not be told: there are more than four times operations.alertsOpenMax of them',
};

export interface QuotaState {
  quotas: { counts: Record<GatewayQuota, number>; refused: QuotaRefusal[] };
}

const Count = Type.Integer({ minimum: 0 });

export const quotaReport = reportOf<QuotaState>()({
  name: 'Quotas of gateways',
  statistics: {
    harbinger_quota_refused_total: {
      type: 'counter',
      help: 'States of machines that are not listed, and open alerts that are not shown any more (alerts) or whose ends will not be told (alert-ends), because their gateway has as many as one may',
      labels: ['quota'],
    },
  },
  status: {
    quotas: Type.Object({
      counts: Type.Record(Type.String(), Count),
      refused: Type.Array(
        Type.Object({ quota: Type.String(), owner: Type.String(), refused: Count, latestMs: Type.Number() }),
      ),
    }),
  },
  samples: ({ quotas }) => ({
    harbinger_quota_refused_total: Object.entries(quotas.counts).map(([quota, value]) => ({
      value,
      labels: { quota },
    })),
  }),
});
