// A million small arrays, each of which lives for one of two times: how long does one turn of the loop take?
// The same loop as in the chapter on the garbage collector; prints one line of JSON.
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;

public class Pauses {
    static final int TURNS = 1_000_000, GROUPS = 250, GROUP = TURNS / GROUPS;

    public static void main(String[] arguments) {
        try {
            report(run());
        } catch (OutOfMemoryError tooSmall) {
            System.out.println("{\"survived\": false, \"collections\": " + collections() + "}");
        }
    }

    /** The nanoseconds of each turn: odd turns make an array that stays, even ones an array that is soon replaced. */
    static long[] run() {
        int[] places = shuffled(TURNS / 2);
        int[][] kept = new int[TURNS / 2][], recent = new int[1000][];
        long[] waits = new long[TURNS];
        long last = System.nanoTime();
        for (int i = 0; i < TURNS; i++) {
            int[] made = new int[8];
            made[0] = i;
            if (i % 2 == 1) kept[places[i / 2]] = made;
            else recent[places[i / 2] % 1000] = made;
            long now = System.nanoTime();
            waits[i] = now - last;
            last = now;
        }
        if (kept[0] == null || recent[0] == null) throw new IllegalStateException("nothing was kept");
        return waits;
    }

    static int[] shuffled(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) order[i] = i;
        Random random = new Random(11);
        for (int i = n - 1; i > 0; i--) {
            int j = random.nextInt(i + 1), other = order[i];
            order[i] = order[j];
            order[j] = other;
        }
        return order;
    }

    static long collections() {
        long count = 0;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans())
            count += collector.getCollectionCount();
        return count;
    }

    /** The slowest turn of each group of 4000, and the median of all turns. */
    static void report(long[] waits) {
        long count = collections();
        long[] slowest = new long[GROUPS];
        for (int i = 0; i < TURNS; i++) slowest[i / GROUP] = Math.max(slowest[i / GROUP], waits[i]);
        Arrays.sort(waits);
        System.out.println("{\"survived\": true, \"collections\": " + count + ", \"median\": " + waits[TURNS / 2]
            + ", \"slowest\": " + Arrays.toString(slowest) + "}");
    }
}
