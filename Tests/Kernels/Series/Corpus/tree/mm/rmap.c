// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>

static int rmap_one(unsigned long addr)
{
	pte_t pte = get(addr);

	if (pte_soft_dirty(pte))
		pte = swp_mksoft_dirty(pte);
	if (pte_uffd_wp(pte))
		pte = swp_mkuffd_wp(pte);
	set(addr, pte);
	return 0;
}

static int rmap_two(unsigned long addr)
{
	pte_t pte = get(addr + 1);

	if (pte_none(pte))
		return -1;
	flush(addr);
	return 1;
}

static int rmap_three(unsigned long addr)
{
	int count = 0;

	while (next(addr))
		count++;
	return count;
}

