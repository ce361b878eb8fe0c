/* A data library for ICU that holds nothing: a header as ICU's udata.h describes it, and a table
   of contents without an entry. ICU_DATA is the versioned name of the symbol, icudt73_dat. */
#include <stdint.h>

struct table {
    uint16_t header_size;
    uint8_t magic[2];
    uint16_t info_size, reserved;
    uint8_t big_endian, charset, size_of_char, reserved_byte;
    uint8_t format[4], format_version[4], data_version[4];
    uint8_t padding[8];
    uint32_t entries, end;
};

__attribute__((aligned(16), visibility("default"))) const struct table ICU_DATA = {
    .header_size = 32,
    .magic = {0xda, 0x27},
    .info_size = 20,
    .size_of_char = 2,
    .format = {'T', 'o', 'C', 'P'},
    .format_version = {1},
};
