/* PID 1 of the yardstick: a guest that powers off at once. */
#include <sys/reboot.h>
#include <unistd.h>

int main(void) {
  reboot(RB_POWER_OFF);
  for (;;) pause();
}
