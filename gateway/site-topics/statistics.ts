import { Type } from '@sinclair/typebox';
import { reportOf } from '../../shared/parts/statistics.ts';

export interface SiteTopicsStats {
  machines: number;
  published: number;
  failed: number;
}

const Count = Type.Integer({ minimum: 0 });

export const siteTopicsReport = reportOf<{ siteTopics: SiteTopicsStats }>()({
  name: 'Site topics',
  statistics: {
    harbinger_site_messages_total: {
      type: 'counter',
      help: 'Messages about open alerts and conditions for the topics below harbinger/ of the broker, by outcome: `published`, or `failed` and tried again',
      labels: ['outcome'],
    },
  },
  status: {
    siteTopics: Type.Object(
      { machines: Count, published: Count, failed: Count },
      { additionalProperties: true, description: 'what the gateway says at its own broker' },
    ),
  },
  samples({ siteTopics: { published, failed } }) {
    const samples = Object.entries({ published, failed });
    return {
      harbinger_site_messages_total: samples.map(([outcome, value]) => ({ value, labels: { outcome } })),
    };
  },
});
