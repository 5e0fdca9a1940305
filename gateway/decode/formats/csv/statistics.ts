import { declareStatistics } from '../../../../shared/parts/statistics.ts';

export const csvStatistics = declareStatistics({
  harbinger_csv_values_empty_total: {
    type: 'counter',
    help: 'Empty values in lines of CSV: the device sent nothing for a column',
  },
  harbinger_csv_decimal_commas_total: {
    type: 'counter',
    help: 'Values in lines of CSV that were read with a comma as decimal mark',
  },
});
