import { Type } from '@sinclair/typebox';
import { reportOf } from './statistics.ts';

/** The disk of the data folder; null while it does not tell how much is free. */
export const dataFolderReport = reportOf<{ diskFreeBytes: number | null }>()({
  name: 'Data folder',
  statistics: {
    harbinger_data_free_bytes: {
      type: 'gauge',
      help: 'Bytes that the data folder’s disk has left for us',
    },
  },
  status: {
    diskFreeBytes: Type.Union([Type.Number({ description: 'of the data folder’s disk' }), Type.Null()]),
  },
  samples: ({ diskFreeBytes }) =>
    diskFreeBytes === null ? {} : { harbinger_data_free_bytes: diskFreeBytes },
});
