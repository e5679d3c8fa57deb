// Compute-heavy functions without a library: what they cost is the engine's code alone. Each answers a checksum.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define EXPORT(name) __attribute__((export_name(name)))

// Product of two matrices of SIZE x SIZE doubles, row by row.
#define SIZE 256
static double left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];
static int filled;

EXPORT("matrix") int matrix(void) {
  if (!filled) {
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < SIZE; j++) {
        left[i][j] = (i * 7 + j * 3) % 11;
        right[i][j] = (i * 5 + j * 2) % 13;
      }
    }
    filled = 1;
  }
  double trace = 0;
  for (int i = 0; i < SIZE; i++) {
    for (int j = 0; j < SIZE; j++) {
      double sum = 0;
      for (int k = 0; k < SIZE; k++) sum += left[i][k] * right[k][j];
      product[i][j] = sum;
    }
    trace += product[i][i];
  }
  return (int)trace;
}

// SHA-256 of a MiB.
static const u32 ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static u32 rotated(u32 x, int by) { return x >> by | x << (32 - by); }

static void block(u32 state[8], const u8 *data) {
  u32 w[64];
  for (int i = 0; i < 16; i++) {
    w[i] = (u32)data[4 * i] << 24 | data[4 * i + 1] << 16 | data[4 * i + 2] << 8 | data[4 * i + 3];
  }
  for (int i = 16; i < 64; i++) {
    u32 low = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ w[i - 15] >> 3;
    u32 high = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + low + w[i - 7] + high;
  }
  u32 a = state[0], b = state[1], c = state[2], d = state[3];
  u32 e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i++) {
    u32 one = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + w[i];
    u32 two = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

#define LENGTH (1 << 20)
static u8 message[LENGTH + 64];

EXPORT("sha256") int sha256(void) {
  if (!message[1]) {
    for (int i = 0; i < LENGTH; i++) message[i] = (u8)(i * 31 + (i >> 8));
    message[LENGTH] = 0x80;
    for (int i = 0; i < 8; i++) message[LENGTH + 63 - i] = (u8)((u64)LENGTH * 8 >> 8 * i);
  }
  u32 state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (int at = 0; at < LENGTH + 64; at += 64) block(state, message + at);
  return (int)state[0];
}

// Five bodies under gravity.
struct body {
  double x, y, z, vx, vy, vz, mass;
};

EXPORT("nbody") int nbody(void) {
  struct body bodies[5];
  for (int i = 0; i < 5; i++) {
    bodies[i] = (struct body){i * 1.5 + 0.1, i * i * 0.7, 1.0 / (i + 1), 0.01 * i, -0.02 * i, 0.005, 1.0 / (1 + i * i)};
  }
  for (int step = 0; step < 50000; step++) {
    for (int i = 0; i < 5; i++) {
      struct body *one = &bodies[i];
      for (int j = i + 1; j < 5; j++) {
        struct body *two = &bodies[j];
        double dx = one->x - two->x, dy = one->y - two->y, dz = one->z - two->z;
        double square = dx * dx + dy * dy + dz * dz + 0.01;
        double magnitude = 0.001 / (square * __builtin_sqrt(square));
        one->vx -= dx * two->mass * magnitude, one->vy -= dy * two->mass * magnitude;
        one->vz -= dz * two->mass * magnitude;
        two->vx += dx * one->mass * magnitude, two->vy += dy * one->mass * magnitude;
        two->vz += dz * one->mass * magnitude;
      }
    }
    for (int i = 0; i < 5; i++) {
      bodies[i].x += 0.001 * bodies[i].vx, bodies[i].y += 0.001 * bodies[i].vy, bodies[i].z += 0.001 * bodies[i].vz;
    }
  }
  return (int)((bodies[0].x + bodies[1].y + bodies[2].z) * 1e6);
}

// A document of about a MB, parsed into a tree.
struct value {
  struct value *child, *next;
  const u8 *text;
  u32 length;
  double number;
  u8 kind;
};

static u8 document[1200000];
static struct value values[200000];
static u32 document_length, used;

static void put(const char *text) {
  while (*text) document[document_length++] = (u8)*text++;
}

static void put_number(u32 number) {
  char digits[12];
  int at = 11;
  digits[at] = 0;
  do digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  put(digits + at);
}

static void write_document(void) {
  put("[");
  for (u32 i = 0; i < 6500; i++) {
    if (i) put(",");
    put("{\"id\":"), put_number(1000000 + i), put(",\"name\":\"Person Number "), put_number(i);
    put("\",\"email\":\"person."), put_number(i), put("@example.com\",\"active\":"), put(i % 2 ? "true" : "false");
    put(",\"score\":"), put_number(i % 100), put("."), put_number(i % 7), put("25,\"city\":\"M\\u00e1laga\\n\"");
    put(",\"tags\":[\"alpha\",\"beta\",\"gamma\"],\"parent\":null}");
  }
  put("]");
}

static const u8 *at;

static void blank(void) {
  while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r') at++;
}

static void string(struct value *value) {
  value->text = ++at;
  while (*at != '"') at += *at == '\\' ? 2 : 1;
  value->length = (u32)(at++ - value->text);
}

static double number(void) {
  double result = 0, scale = 1;
  int negative = *at == '-';
  at += negative;
  while (*at >= '0' && *at <= '9') result = result * 10 + (*at++ - '0');
  if (*at == '.') {
    at++;
    while (*at >= '0' && *at <= '9') result += (*at++ - '0') * (scale /= 10);
  }
  return negative ? -result : result;
}

static struct value *parse(void) {
  struct value *value = &values[used++];
  value->child = value->next = 0;
  blank();
  value->kind = *at;
  switch (*at) {
    case '{':
    case '[': {
      u8 end = *at == '{' ? '}' : ']';
      struct value **last = &value->child;
      at++, blank();
      while (*at != end) {
        if (end == '}') {
          struct value *key = *last = &values[used++];
          key->child = key->next = 0, key->kind = 'k';
          string(key), last = &key->next, blank(), at++;
        }
        *last = parse(), last = &(*last)->next, blank();
        if (*at == ',') at++, blank();
      }
      at++;
      break;
    }
    case '"': string(value); break;
    case 't':
    case 'n': at += 4; break;
    case 'f': at += 5; break;
    default: value->kind = '0', value->number = number();
  }
  return value;
}

// Values of a tree, keys not counted.
static int count(const struct value *value) {
  int sum = 0;
  for (; value; value = value->next) sum += (value->kind != 'k') + count(value->child);
  return sum;
}

EXPORT("json") int json(void) {
  if (!document_length) write_document();
  at = document, used = 0;
  return count(parse());
}
