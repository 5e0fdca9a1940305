/* A Modbus slave on libmodbus: `slave rtu DEVICE UNIT` or `slave tcp PORT UNIT`. Register A has the value of valueOf. */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { registers = 2000 };

static unsigned valueOf(unsigned address, unsigned unit) { return (address * 40503u + unit * 257u) & 0xffff; }

static void fill(modbus_mapping_t *map, unsigned unit) {
  for (unsigned a = 0; a < registers; a++) {
    unsigned value = valueOf(a, unit);
    map->tab_registers[a] = value;
    map->tab_input_registers[a] = value ^ 0xffff;
    map->tab_bits[a] = value & 1;
    map->tab_input_bits[a] = (value >> 1) & 1;
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int isTcp = strcmp(argv[1], "tcp") == 0;
  unsigned unit = atoi(argv[3]);
  modbus_t *bus = isTcp ? modbus_new_tcp("127.0.0.1", atoi(argv[2])) : modbus_new_rtu(argv[2], 115200, 'N', 8, 1);
  modbus_mapping_t *map = modbus_mapping_new(registers, registers, registers, registers);
  if (!bus || !map) return 1;
  fill(map, unit);
  modbus_set_slave(bus, unit);
  int listener = isTcp ? modbus_tcp_listen(bus, 1) : -1;
  if (isTcp ? listener < 0 : modbus_connect(bus) < 0) {
    fprintf(stderr, "%s\n", modbus_strerror(errno));
    return 1;
  }
  printf("ready\n");
  fflush(stdout);
  for (;;) {
    if (isTcp && modbus_tcp_accept(bus, &listener) < 0) return 1;
    for (;;) {
      uint8_t query[MODBUS_MAX_ADU_LENGTH];
      int length = modbus_receive(bus, query);
      if (length > 0) modbus_reply(bus, query, length, map);
      else if (length < 0 && isTcp) break;
      else if (length < 0 && errno == EBADF) return 0;
      else if (length < 0 && (errno == EIO || errno == ECONNRESET)) return 0;
    }
    modbus_close(bus);
  }
}
