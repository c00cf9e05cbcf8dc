//! Sorting whose code is in the program once: the standard library's is compiled for every type
//! of item, at some 5 kB each.

use core::cmp::Ordering;

/// Sorts items, keeping the order of equal ones. For lists that are shown or set up; what a run
/// sorts again and again is better sorted by its type.
pub fn by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = order(items.len(), &mut |a, b| compare(&items[a], &items[b]));
    arrange(&order, &mut |a, b| items.swap(a, b));
}

/// Sorts items by a number, the smallest first.
pub fn by_number<T>(items: &mut [T], number: impl Fn(&T) -> f64) {
    by(items, |a, b| number(a).total_cmp(&number(b)));
}

/// The places of so many items in their order.
fn order(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

/// Brings each item to its place by swapping.
fn arrange(order: &[usize], swap: &mut dyn FnMut(usize, usize)) {
    for (place, &from) in order.iter().enumerate() {
        let mut from = from;
        // What stood there has been swapped away, to where its place's own item came from.
        while from < place {
            from = order[from];
        }
        swap(place, from);
    }
}

#[cfg(test)]
mod tests {
    use super::by_number;

    #[test]
    fn sorts_as_the_standard_library_does_and_keeps_the_order_of_equal_items() {
        for count in 0..70_u32 {
            let items: Vec<(u32, u32)> = (0..count).map(|i| (i * i * 7919 % 31, i)).collect();
            let (mut ours, mut theirs) = (items.clone(), items);
            by_number(&mut ours, |item| f64::from(item.0));
            theirs.sort_by_key(|item| item.0);
            assert_eq!(ours, theirs);
        }
    }
}
