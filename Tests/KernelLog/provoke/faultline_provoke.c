// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What LKDTM cannot provoke: broken locking, page tables, pages and counters. Write a name, or a name
 * and an address, to /sys/kernel/debug/provoke. For test guests only: it does what it says.
 * Builds on 5.10 to 7.2; see README.md.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/swapops.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/workqueue.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
#include <linux/kfence.h>
#endif

static unsigned long address;

/* Locking. */
static DEFINE_MUTEX(lock_a);
static DEFINE_MUTEX(lock_b);
static DEFINE_SPINLOCK(spin_a);
static DEFINE_RAW_SPINLOCK(raw_a);

static noinline void take_a_then_b(void)
{
	mutex_lock(&lock_a);
	mutex_lock(&lock_b);
	mutex_unlock(&lock_b);
	mutex_unlock(&lock_a);
}

static noinline void take_b_then_a(void)
{
	mutex_lock(&lock_b);
	mutex_lock(&lock_a);
	mutex_unlock(&lock_a);
	mutex_unlock(&lock_b);
}

static void provoke_lock_circular(void)
{
	take_a_then_b();
	take_b_then_a();
}

struct nested {
	struct mutex lock;
};

static void provoke_lock_recursive(void)
{
	static struct nested both[2];
	int i;

	for (i = 0; i < 2; i++)
		mutex_init(&both[i].lock);
	mutex_lock(&both[0].lock);
	mutex_lock(&both[1].lock);
	mutex_unlock(&both[1].lock);
	mutex_unlock(&both[0].lock);
}

static void take_in_interrupt(struct irq_work *work)
{
	spin_lock(&spin_a);
	spin_unlock(&spin_a);
}

static void provoke_lock_irq(void)
{
	static struct irq_work work;

	init_irq_work(&work, take_in_interrupt);
	spin_lock(&spin_a);
	spin_unlock(&spin_a);
	irq_work_queue(&work);
	irq_work_sync(&work);
}

static void provoke_lock_wait_context(void)
{
	raw_spin_lock(&raw_a);
	mutex_trylock(&lock_a);
	spin_lock(&spin_a);
	spin_unlock(&spin_a);
	mutex_unlock(&lock_a);
	raw_spin_unlock(&raw_a);
}

static void provoke_lock_freed(void)
{
	struct nested *one = kmalloc(sizeof(*one), GFP_KERNEL);

	if (!one)
		return;
	mutex_init(&one->lock);
	mutex_lock(&one->lock);
	kfree(one);
}

static void provoke_lock_kept(void)
{
	mutex_lock(&lock_a);
}

static void provoke_lock_unbalanced(void)
{
	rcu_read_unlock();
	rcu_read_lock();
}

static void provoke_rcu_usage(void)
{
	static int __rcu *pointer;

	WRITE_ONCE(address, (unsigned long)rcu_dereference(pointer));
}

static void provoke_atomic_sleep(void)
{
	spin_lock(&spin_a);
	might_sleep();
	spin_unlock(&spin_a);
}

static void provoke_sched_atomic(void)
{
	preempt_disable();
	__set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_timeout(1);
	/* No preempt_enable(): the report has reset the count. */
}

/* Pages and page tables. */
static void provoke_bad_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return;
	atomic_set(&page->_mapcount, 3);
	__free_page(page);
}

static pmd_t *pmd_at(unsigned long addr)
{
	return pmd_offset(pud_offset(p4d_offset(pgd_offset(current->mm, addr), addr), addr), addr);
}

static void provoke_bad_pte(void)
{
	set_pte(pte_offset_kernel(pmd_at(address), address),
		pfn_pte(0x3ffffff0, PAGE_SHARED));
}

static void provoke_bad_swap_file(void)
{
	set_pte(pte_offset_kernel(pmd_at(address), address),
		swp_entry_to_pte(swp_entry(17, 0x1234)));
}

static void provoke_bad_swap_offset(void)
{
	set_pte(pte_offset_kernel(pmd_at(address), address),
		swp_entry_to_pte(swp_entry(0, 0x12345678)));
}

static void provoke_unused_swap(void)
{
	set_pte(pte_offset_kernel(pmd_at(address), address),
		swp_entry_to_pte(swp_entry(0, 0x123)));
}

static void provoke_bad_pmd(void)
{
	set_pmd(pmd_at(address), __pmd(0x12345025));
}

static void provoke_rss(void)
{
	add_mm_counter(current->mm, MM_ANONPAGES, 7);
}

static void provoke_pgtables(void)
{
	mm_inc_nr_ptes(current->mm);
}

static void provoke_vm_bug_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	VM_BUG_ON_PAGE(!PageLocked(page), page);
}

static void provoke_vm_warn_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 19, 0)
	VM_WARN_ON_ONCE_PAGE(!PageLocked(page), page);
#else
	if (!PageLocked(page)) {
		dump_page(page, "VM_WARN_ON_ONCE_PAGE(!PageLocked(page))");
		WARN_ON_ONCE(1);
	}
#endif
	__free_page(page);
}

static void provoke_vm_bug_vma(void)
{
	struct vm_area_struct *vma;

	mmap_read_lock(current->mm);
	vma = find_vma(current->mm, address);
	VM_BUG_ON_VMA(vma->vm_end > address, vma);
	mmap_read_unlock(current->mm);
}

/* Slab, KASAN and KFENCE. */
static void provoke_slab_overwritten(void)
{
	struct kmem_cache *cache = kmem_cache_create("provoked", 64, 0,
		SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER, NULL);
	char *object = kmem_cache_alloc(cache, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(object);
	object[64] = 'x';
	kmem_cache_free(cache, object);
}

static void provoke_slab_poison(void)
{
	struct kmem_cache *cache = kmem_cache_create("poisoned", 64, 0,
		SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER, NULL);
	char *object = kmem_cache_alloc(cache, GFP_KERNEL);

	kmem_cache_free(cache, object);
	OPTIMIZER_HIDE_VAR(object);
	object[9] = 'x';
	kmem_cache_destroy(cache);
}

static void provoke_slab_leftover(void)
{
	struct kmem_cache *cache = kmem_cache_create("left_over", 64, 0, SLAB_RED_ZONE, NULL);

	kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_destroy(cache);
}

static noinline char *guarded(void)
{
#ifdef CONFIG_KFENCE
	int tries;

	for (tries = 0; tries < 500000; tries++) {
		char *object = kmalloc(32, GFP_KERNEL);

		if (is_kfence_address(object))
			return object;
		kfree(object);
		cond_resched();
	}
#endif
	return kmalloc(32, GFP_KERNEL);
}

static void provoke_use_after_free(void)
{
	char *object = guarded();

	kfree(object);
	OPTIMIZER_HIDE_VAR(object);
	WRITE_ONCE(address, READ_ONCE(object[8]));
}

static void provoke_out_of_bounds(void)
{
	char *object = guarded();

	OPTIMIZER_HIDE_VAR(object);
	/* KFENCE puts an object at either end of its page. */
	WRITE_ONCE(address, object[(unsigned long)object & (PAGE_SIZE - 1) ? 32 : -1]);
	kfree(object);
}

static void provoke_double_free(void)
{
	char *object = guarded();

	kfree(object);
	OPTIMIZER_HIDE_VAR(object);
	kfree(object);
}

static noinline int at(const char *bytes, int index)
{
	return bytes[index];
}

static void provoke_stack_out_of_bounds(void)
{
	char bytes[16] = "stack";
	int beyond = 16;

	OPTIMIZER_HIDE_VAR(beyond);
	WRITE_ONCE(address, at(bytes, beyond));
}

static void provoke_shift(void)
{
	int places = 40;

	OPTIMIZER_HIDE_VAR(places);
	WRITE_ONCE(address, 1 << places);
}

/* Exceptions. */
static void provoke_gpf(void)
{
	WRITE_ONCE(address, *(volatile unsigned long *)0x5a5a5a5a5a5a5a5aul);
}

static void provoke_null_call(void)
{
	void (*function)(void) = NULL;

	OPTIMIZER_HIDE_VAR(function);
	function();
}

static void provoke_divide(void)
{
	unsigned long zero = 0;

	OPTIMIZER_HIDE_VAR(zero);
	asm volatile("xor %%edx, %%edx; mov $1, %%eax; div %0" :: "r"(zero) : "rax", "rdx");
}

static void provoke_opcode(void)
{
	asm volatile(".byte 0x0f, 0x0b");
}

static void provoke_int3(void)
{
	asm volatile("int3");
}

static void provoke_panic(void)
{
	panic("provoked with %d of %p", 3, &address);
}

/* CPUs that stop, and two that speak at once. */
static void spin_for(unsigned int seconds)
{
	while (seconds--)
		mdelay(1000);
}

static void provoke_soft_lockup(void)
{
	preempt_disable();
	spin_for(8);
	preempt_enable();
}

static void provoke_hard_lockup(void)
{
	local_irq_disable();
	spin_for(12);
	local_irq_enable();
}

static void provoke_rcu_stall(void)
{
	rcu_read_lock();
	spin_for(9);
	rcu_read_unlock();
}

static void spin_in_work(struct work_struct *work)
{
	spin_for(8);
}

static void provoke_wq_lockup(void)
{
	static DECLARE_WORK(first, spin_in_work);
	static DECLARE_WORK(second, spin_in_work);

	schedule_work_on(0, &first);
	schedule_work_on(0, &second);
	flush_work(&second);
}

static void provoke_hung_task(void)
{
	__set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_timeout(12 * HZ);
}

static atomic_t arrived;
static atomic_t finished;

static void meet(void)
{
	atomic_inc(&arrived);
	while (atomic_read(&arrived) < 2)
		cpu_relax();
}

static int warn_left(void *unused)
{
	int i;

	meet();
	for (i = 0; i < 10; i++)
		WARN(1, "left of %s\n", "two");
	atomic_inc(&finished);
	return 0;
}

static int warn_right(void *unused)
{
	int i;

	meet();
	for (i = 0; i < 10; i++)
		WARN(1, "right of %s\n", "two");
	atomic_inc(&finished);
	return 0;
}

static int oops_left(void *unused)
{
	meet();
	atomic_inc(&finished);
	*(volatile int *)0x100 = 1;
	return 0;
}

static int oops_right(void *unused)
{
	meet();
	atomic_inc(&finished);
	WRITE_ONCE(address, *(volatile int *)0x200);
	return 0;
}

static int race_left(void *shared)
{
	int i;

	meet();
	for (i = 0; i < 200000; i++)
		*(unsigned int *)shared += 1;
	atomic_inc(&finished);
	return 0;
}

static int race_right(void *shared)
{
	int i;

	meet();
	for (i = 0; i < 200000; i++)
		*(unsigned int *)shared |= 2;
	atomic_inc(&finished);
	return 0;
}

static void both(int (*left)(void *), int (*right)(void *))
{
	static unsigned int shared;
	struct task_struct *tasks[2];
	int i;

	atomic_set(&arrived, 0);
	atomic_set(&finished, 0);
	tasks[0] = kthread_create(left, &shared, "left");
	tasks[1] = kthread_create(right, &shared, "right");
	for (i = 0; i < 2; i++) {
		if (IS_ERR(tasks[i]))
			return;
		kthread_bind(tasks[i], i);
		wake_up_process(tasks[i]);
	}
	for (i = 0; i < 200 && atomic_read(&finished) < 2; i++)
		msleep(50);
	msleep(2000);
}

static void provoke_two_warnings(void)
{
	both(warn_left, warn_right);
}

static void provoke_two_oopses(void)
{
	both(oops_left, oops_right);
}

static void provoke_race(void)
{
	both(race_left, race_right);
}

static void provoke_many_warnings(void)
{
	int i;

	for (i = 0; i < 5; i++)
		WARN(1, "once more: %d\n", i);
}

static int write_null(void *unused)
{
	WRITE_ONCE(*(int *)NULL, 1);
	return 0;
}

static void provoke_kthread_oops(void)
{
	kthread_run(write_null, NULL, "write_null");
	msleep(1000);
}

#define KIND(name) { #name, provoke_##name }
static const struct {
	const char *name;
	void (*provoke)(void);
} kinds[] = {
	KIND(lock_circular), KIND(lock_recursive), KIND(lock_irq), KIND(lock_wait_context),
	KIND(lock_freed), KIND(lock_kept), KIND(lock_unbalanced), KIND(rcu_usage),
	KIND(atomic_sleep), KIND(sched_atomic), KIND(bad_page), KIND(bad_pte), KIND(bad_swap_file),
	KIND(bad_swap_offset), KIND(unused_swap), KIND(bad_pmd), KIND(rss), KIND(pgtables),
	KIND(vm_bug_page), KIND(vm_warn_page), KIND(vm_bug_vma), KIND(slab_overwritten),
	KIND(slab_poison), KIND(slab_leftover), KIND(use_after_free), KIND(out_of_bounds),
	KIND(double_free), KIND(stack_out_of_bounds), KIND(shift), KIND(gpf), KIND(null_call),
	KIND(divide), KIND(opcode), KIND(int3), KIND(panic), KIND(soft_lockup), KIND(hard_lockup),
	KIND(rcu_stall), KIND(wq_lockup), KIND(hung_task), KIND(two_warnings), KIND(two_oopses),
	KIND(race), KIND(many_warnings), KIND(kthread_oops),
};

static ssize_t provoke_write(struct file *file, const char __user *buffer, size_t count, loff_t *at)
{
	char text[64] = "";
	char name[40] = "";
	int i;

	if (copy_from_user(text, buffer, min(count, sizeof(text) - 1)))
		return -EFAULT;
	if (sscanf(text, "%39s %lx", name, &address) < 1)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, name))
			continue;
		kinds[i].provoke();
		return count;
	}
	return -EINVAL;
}

static const struct file_operations provoke_operations = { .write = provoke_write };

static int __init provoke_init(void)
{
	debugfs_create_file("provoke", 0200, NULL, NULL, &provoke_operations);
	return 0;
}
late_initcall(provoke_init);
