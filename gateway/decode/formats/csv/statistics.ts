import { declareStatistics } from '../../../../shared/parts/statistics.ts';

export const csvStatistics = declareStatistics({
  harbinger_csv_values_empty_total: {
    type: 'counter',
    help: 'Empty values in lines of CSV: the device sent nothing for a column',
  },
});
