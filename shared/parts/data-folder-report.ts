import { Type } from '@sinclair/typebox';
import { reportOf } from './statistics.ts';

/** The disk of the data folder; null while the free space is unknown. */
export const dataFolderReport = reportOf<{ diskFreeBytes: number | null }>()({
  name: 'Data folder',
  statistics: {
    harbinger_data_free_bytes: {
      type: 'gauge',
      help: 'Free bytes of the data folder’s disk',
    },
  },
  status: {
    diskFreeBytes: Type.Union([Type.Number({ description: 'of the data folder’s disk' }), Type.Null()]),
  },
  samples: ({ diskFreeBytes }) =>
    diskFreeBytes === null ? {} : { harbinger_data_free_bytes: diskFreeBytes },
});
