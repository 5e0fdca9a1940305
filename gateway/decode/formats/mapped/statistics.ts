import { declareStatistics } from '../../../../shared/parts/statistics.ts';

export const mappedStatistics = declareStatistics({
  harbinger_mapping_fields_left_total: {
    type: 'counter',
    help: 'Fields of messages with a mapping that are not stored, because the mapping does not name them',
  },
  harbinger_mapping_messages_empty_total: {
    type: 'counter',
    help: 'Messages with a mapping that have nothing that is stored',
  },
});
