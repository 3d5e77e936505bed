// SPDX-License-Identifier: GPL-2.0
#include <linux/swap.h>

static int swap_out(unsigned long addr)
{
	struct slot *slot = find(addr);

	if (!slot)
		return -ENOMEM;
	write(slot);
	return 0;
}

static int swap_in(unsigned long addr)
{
	struct slot *slot = find(addr);

	read(slot);
	free(slot);
	return 0;
}

